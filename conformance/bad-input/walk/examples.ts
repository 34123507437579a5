// Examples of right requests, for operations whose definitions say too little; several where the content has forms of its own.
// Made anew when one has done its work and cannot be done twice.
// spec: client-server-api

import type { Endpoint } from '#api/endpoint.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import { alfa, password } from '../server-under-test.ts'
import { type Example, type Examples, nameOfOperation, type RightRequest, rightRequest } from './right-request.ts'
import { bringBack, serverExamples } from './server-requests.ts'
import type { World } from './world.ts'

/** The right requests of an operation, at least one. */
export async function rightRequests(endpoint: Endpoint, world: World): Promise<readonly RightRequest[]> {
  if (endpoint.authenticate === 'signed') await bringBack(world)
  const made = (await examples.get(nameOfOperation(endpoint))?.(world)) ?? [{}]
  return made.map((example) => rightRequest(endpoint, world, example))
}

const sent = (body: JsonObject, params: Readonly<Record<string, string>> = {}): Example => ({ params, body })

const message = (more: JsonObject): JsonObject => ({ msgtype: 'm.text', body: 'hej', ...more })

const newRoom = async ({ server, anna }: World): Promise<string> => server.createRoom(anna)

const someone = async (world: World) => world.server.createUser(`p${world.nextNumber()}`)

const signedKey = ({ anna }: World, usage: string): JsonObject => ({
  user_id: anna.userId,
  usage: [usage],
  keys: { 'ed25519:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE': 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE' },
  signatures: { [anna.userId]: { 'ed25519:X': 'AAAA' } },
})

/** State that the server itself reads, by type and key. */
const stateContents = ({
  anna,
  roomId,
}: World): readonly (readonly [type: string, key: string, content: JsonObject])[] => [
  ['m.room.name', '', { name: 'Larm' }],
  ['m.room.topic', '', { topic: 'Bränder', 'm.topic': { 'm.text': [{ body: 'Bränder', mimetype: 'text/plain' }] } }],
  ['m.room.avatar', '', { url: 'mxc://alfa.localhost/a', info: { w: 1, h: 1 } }],
  ['m.room.power_levels', '', powerLevels()],
  [
    'm.room.member',
    anna.userId,
    { membership: 'join', displayname: 'Anna', avatar_url: '', reason: '', is_direct: false },
  ],
  ['m.room.canonical_alias', '', { alias: '#larm:alfa.localhost', alt_aliases: ['#larm:alfa.localhost'] }],
  ['m.room.join_rules', '', { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: roomId }] }],
  ['m.room.history_visibility', '', { history_visibility: 'shared' }],
  ['m.room.guest_access', '', { guest_access: 'forbidden' }],
  ['m.room.server_acl', '', { allow: ['*'], deny: ['evil.example'], allow_ip_literals: true }],
  ['m.room.encryption', '', { algorithm: 'm.megolm.v1.aes-sha2', rotation_period_ms: 1, rotation_period_msgs: 1 }],
  [
    'm.room.third_party_invite',
    'x',
    { display_name: 'x', key_validity_url: 'x', public_key: 'AAAA', public_keys: [{ public_key: 'AAAA' }] },
  ],
  [
    'm.space.child',
    '!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    { via: ['alfa.localhost'], order: 'a', suggested: true },
  ],
  ['m.space.parent', '!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', { via: ['alfa.localhost'], canonical: true }],
  ['m.room.pinned_events', '', { pinned: ['$a'] }],
  ['m.room.policy', '', { via: 'gamma.example', public_key: 'AAAA', public_keys: { ed25519: 'AAAA' } }],
]

const powerLevels = (): JsonObject => ({
  users: {},
  users_default: 0,
  events: { 'm.room.name': 50 },
  events_default: 0,
  state_default: 50,
  ban: 50,
  kick: 50,
  redact: 50,
  invite: 0,
  notifications: { room: 50 },
})

const pushRule = (kind: string, body: JsonObject): Example => ({ params: { kind, ruleId: 'walk' }, body })

const filter: JsonObject = {
  event_fields: ['content.body'],
  room: { timeline: { limit: 1, types: ['m.*'], not_senders: ['@x:y.example'] }, rooms: [] },
  presence: { types: [] },
}

const slidingList = (state: Json): JsonObject => ({
  lists: { all: { timeline_limit: 1, required_state: state, filters: { is_dm: false, tags: ['u.x'] } } },
  extensions: { to_device: { enabled: true, limit: 1 }, account_data: { enabled: true, lists: ['*'], rooms: ['*'] } },
})

const examples: ReadonlyMap<string, Examples> = new Map<string, Examples>([
  [
    'register',
    (world) => [sent({ username: `n${world.nextNumber()}`, password, auth: { type: 'm.login.dummy', session: 'x' } })],
  ],
  [
    'login',
    () => [
      sent({ type: 'm.login.password', identifier: { type: 'm.id.user', user: 'vera' }, password, device_id: 'V' }),
    ],
  ],
  ['refresh', ({ refreshToken }) => [sent({ refresh_token: refreshToken })]],
  ['logout', async (world) => [{ token: (await someone(world)).token }]],
  ['logout_all', async (world) => [{ token: (await someone(world)).token }]],
  ['deactivateAccount', async (world) => [{ token: (await someone(world)).token, body: { auth: authOf('vera') } }]],
  ['changePassword', () => [sent({ new_password: 'ett annat långt lösenord', auth: authOf('anna') })]],
  ['deleteDevices', () => [sent({ devices: ['GONE'], auth: authOf('anna') })]],
  ['deleteDevice', () => [sent({ auth: authOf('anna') }, { deviceId: 'GONE' })]],
  ['leaveRoom', async (world) => [{ params: { roomId: await newRoom(world) } }]],
  ['forgetRoom', async (world) => [{ params: { roomId: await leftRoom(world) } }]],
  ['upgradeRoom', async (world) => [sent({ new_version: '11' }, { roomId: await newRoom(world) })]],
  ['inviteUser', async (world) => [sent({ user_id: '@vera:alfa.localhost' }, { roomId: await newRoom(world) })]],
  ['kick', () => [sent({ user_id: '@ingen:alfa.localhost', reason: 'x' })]],
  ['ban', () => [sent({ user_id: '@ingen:alfa.localhost', reason: 'x' })]],
  ['unban', () => [sent({ user_id: '@ingen:alfa.localhost' })]],
  ['setRoomAlias', (world) => [{ params: { roomAlias: `#a${world.nextNumber()}:alfa.localhost` } }]],
  ['deleteRoomAlias', async (world) => [{ params: { roomAlias: await newAlias(world) } }]],
  ['redactEvent', async (world) => [sent({ reason: 'x' }, { eventId: await newEvent(world) })]],
  [
    'sendMessage',
    ({ eventId }) => [
      sent(message({})),
      sent(
        message({
          'm.relates_to': { rel_type: 'm.thread', event_id: eventId, 'm.in_reply_to': { event_id: eventId } },
        }),
      ),
      sent(message({ 'm.new_content': message({}), 'm.relates_to': { rel_type: 'm.replace', event_id: eventId } })),
      sent(
        message({
          'm.mentions': { user_ids: ['@bo:beta.localhost'], room: true },
          format: 'x',
          formatted_body: 'x',
        }),
      ),
      sent({ 'm.relates_to': { rel_type: 'm.annotation', event_id: eventId, key: 'x' } }, { eventType: 'm.reaction' }),
      sent({ redacts: eventId }, { eventType: 'm.room.redaction' }),
      sent({ algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'x', session_id: 'x' }, { eventType: 'm.room.encrypted' }),
    ],
  ],
  [
    'setRoomStateWithKey',
    async (world) => {
      const roomId = await newRoom(world)
      return stateContents(world).map(([eventType, stateKey, body]) => sent(body, { roomId, eventType, stateKey }))
    },
  ],
  [
    'createRoom',
    (world) => [
      sent({ name: 'x', preset: 'private_chat', visibility: 'private', topic: 'x', is_direct: false }),
      sent({
        initial_state: stateContents(world)
          .slice(0, 2)
          .map(([type, state_key, content]) => ({ type, state_key, content })),
      }),
      sent({
        power_level_content_override: powerLevels(),
        creation_content: { type: 'm.space', 'm.federate': true, additional_creators: [] },
      }),
    ],
  ],
  [
    'setAccountData',
    ({ roomId }) => [
      sent({ a: 1 }, { type: 'org.example.walk' }),
      sent({ '@vera:alfa.localhost': [roomId] }, { type: 'm.direct' }),
      sent({ ignored_users: { '@x:gamma.example': {} } }, { type: 'm.ignored_user_list' }),
      sent(
        { default_action: 'allow', blocked_users: ['@x:*'], allowed_servers: ['*'] },
        { type: 'm.invite_permission_config' },
      ),
      sent({ global: {} }, { type: 'm.push_rules' }),
    ],
  ],
  [
    'setAccountDataPerRoom',
    () => [
      sent({ tags: { 'u.x': { order: 1 } } }, { type: 'm.tag' }),
      sent({ event_id: '$x' }, { type: 'm.fully_read' }),
      sent({ unread: true }, { type: 'm.marked_unread' }),
    ],
  ],
  [
    'setProfileField',
    () => [
      sent({ displayname: 'Anna' }, { keyName: 'displayname' }),
      sent({ avatar_url: 'mxc://alfa.localhost/a' }, { keyName: 'avatar_url' }),
      sent({ 'm.tz': 'Europe/Stockholm' }, { keyName: 'm.tz' }),
      sent({ 'org.example.walk': { a: [1] } }, { keyName: 'org.example.walk' }),
    ],
  ],
  ['deleteProfileField', () => [{ params: { keyName: 'org.example.walk' } }]],
  [
    'setPushRule',
    () => [
      pushRule('override', {
        actions: ['notify', { set_tweak: 'sound', value: 'default' }],
        conditions: [
          { kind: 'event_match', key: 'content.body', pattern: '*x*' },
          { kind: 'room_member_count', is: '<3' },
          { kind: 'sender_notification_permission', key: 'room' },
          { kind: 'event_property_is', key: 'content.a', value: 1 },
        ],
      }),
      pushRule('content', { actions: [], pattern: 'walk*' }),
    ],
  ],
  ['setPushRuleActions', () => [sent({ actions: ['notify', { set_tweak: 'highlight', value: true }] })]],
  ['deletePushRule', () => [{ params: { ruleId: '.m.rule.none' } }]],
  ['defineFilter', () => [sent(filter)]],
  ['getFilter', () => [{}]],
  ['sync', () => [{ query: { filter: JSON.stringify(filter) } }]],
  ['slidingSync', () => [sent(slidingList({ include: [{ type: 'm.room.*', state_key: '' }], lazy_members: true }))]],
  ['slidingSyncDeployed', () => [sent(slidingList([['m.room.member', '$LAZY']]))]],
  [
    'postPusher',
    () => [
      sent({
        app_display_name: 'x',
        app_id: 'example.app',
        data: { format: 'event_id_only', url: 'https://push.gamma.example/_matrix/push/v1/notify' },
        device_display_name: 'x',
        kind: 'http',
        lang: 'sv',
        pushkey: 'x',
        append: false,
      }),
    ],
  ],
  ['postReceipt', () => [sent({ thread_id: 'main' }, { receiptType: 'm.read' })]],
  ['setReadMarker', ({ eventId }) => [sent({ 'm.fully_read': eventId, 'm.read': eventId })]],
  ['setTyping', () => [sent({ typing: true, timeout: 1 })]],
  ['setRoomTag', () => [sent({ order: 0.5 })]],
  ['deleteRoomTag', () => [{ params: { tag: 'u.none' } }]],
  ['setAdminLockUser', ({ admin }) => [{ token: admin.token, params: { userId: '@olle:alfa.localhost' } }]],
  ['setAdminSuspendUser', ({ admin }) => [{ token: admin.token, params: { userId: '@olle:alfa.localhost' } }]],
  ['getAdminLockUser', ({ admin }) => [{ token: admin.token }]],
  ['getAdminSuspendUser', ({ admin }) => [{ token: admin.token }]],
  ['getMutualRooms', () => [{ query: { user_id: '@vera:alfa.localhost' } }]],
  ['queryKeys', ({ anna }) => [sent({ device_keys: { [anna.userId]: [] }, timeout: 1 })]],
  ['claimKeys', ({ anna }) => [sent({ one_time_keys: { [anna.userId]: { X: 'signed_curve25519' } }, timeout: 1 })]],
  [
    'uploadKeys',
    ({ anna, known }) => [
      sent({ device_keys: deviceKeys(anna.userId, known['deviceId'] ?? '') }),
      sent({
        one_time_keys: {
          'signed_curve25519:A': { key: 'AAAA', signatures: { [anna.userId]: { 'ed25519:X': 'AAAA' } } },
        },
      }),
      sent({
        fallback_keys: {
          'signed_curve25519:B': { key: 'AAAA', fallback: true, signatures: { [anna.userId]: { 'ed25519:X': 'A' } } },
        },
      }),
    ],
  ],
  [
    'uploadCrossSigningKeys',
    (world) => [
      sent({
        master_key: signedKey(world, 'master'),
        self_signing_key: signedKey(world, 'self_signing'),
        user_signing_key: signedKey(world, 'user_signing'),
      }),
    ],
  ],
  [
    'uploadCrossSigningSignatures',
    ({ anna, known }) => [
      sent({ [anna.userId]: { [known['deviceId'] ?? '']: deviceKeys(anna.userId, known['deviceId'] ?? '') } }),
    ],
  ],
  [
    'sendToDevice',
    ({ anna }) => [sent({ messages: { [anna.userId]: { '*': { a: 1 } } } }, { eventType: 'org.example.walk' })],
  ],
  [
    'putRoomKeys',
    async (world) => [
      { ...sent({ rooms: { [world.roomId]: { sessions: { session: backedUp } } } }), query: await newBackup(world) },
    ],
  ],
  ['putRoomKeyBySessionId', async (world) => [{ ...sent(backedUp), query: await newBackup(world) }]],
  [
    'putRoomKeysByRoomId',
    async (world) => [{ ...sent({ sessions: { session: backedUp } }), query: await newBackup(world) }],
  ],
  [
    'putRoomKeysVersion',
    ({ known }) => [
      sent({ algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2', auth_data: {}, version: known['version'] ?? '' }),
    ],
  ],
  ['deleteRoomKeysVersion', () => [{ params: { version: '999' } }]],
  [
    'search',
    () => [
      sent({
        search_categories: {
          room_events: {
            search_term: 'brinner',
            keys: ['content.body'],
            filter: { limit: 1 },
            groupings: { group_by: [{ key: 'room_id' }] },
            event_context: { before_limit: 1, include_profile: true },
          },
        },
      }),
    ],
  ],
  ['getEventByTimestamp', () => [{ query: { ts: '0', dir: 'f' } }]],
  ['getEvents', () => [{ query: { timeout: '0' } }]],
  ['getRoomStateWithKey', () => [{ params: { eventType: 'm.room.name' } }]],
  ['getContentThumbnail', () => [{ query: { width: '8', height: '8' } }]],
  ['getContentThumbnailAuthed', () => [{ query: { width: '8', height: '8' } }]],
  ['registerBySharedSecret', () => [sent({ nonce: 'x', username: 'x', password, mac: 'x', admin: false })]],
  ['exchangeOpenIdToken', () => [{ query: { access_token: 'x' } }]],
  [
    'bulkPerspectivesKeyQuery',
    () => [sent({ server_keys: { [alfa]: { 'ed25519:a': { minimum_valid_until_ts: 1 } } } })],
  ],
  ...serverExamples,
])

const backedUp: JsonObject = {
  first_message_index: 0,
  forwarded_count: 0,
  is_verified: false,
  session_data: { a: 'b' },
}

const authOf = (user: string): JsonObject => ({
  type: 'm.login.password',
  session: 'x',
  identifier: { type: 'm.id.user', user },
  password,
})

const deviceKeys = (userId: string, deviceId: string): JsonObject => ({
  algorithms: ['m.olm.v1.curve25519-aes-sha2'],
  device_id: deviceId,
  user_id: userId,
  keys: { [`ed25519:${deviceId}`]: 'AAAA', [`curve25519:${deviceId}`]: 'AAAA' },
  signatures: { [userId]: { [`ed25519:${deviceId}`]: 'AAAA' } },
})

/** Keys are taken for the newest backup alone. */
async function newBackup({ server, anna }: World): Promise<Record<string, string>> {
  const body = { algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2', auth_data: {} }
  const made = await server.ask('POST', '/_matrix/client/v3/room_keys/version', { token: anna.token, body })
  return { version: String(made.body?.['version']) }
}

async function leftRoom(world: World): Promise<string> {
  const roomId = await newRoom(world)
  const target = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/leave`
  await world.server.ask('POST', target, { token: world.anna.token, body: {} })
  return roomId
}

async function newAlias({ server, anna, roomId, nextNumber }: World): Promise<string> {
  const alias = `#d${nextNumber()}:alfa.localhost`
  const target = `/_matrix/client/v3/directory/room/${encodeURIComponent(alias)}`
  await server.ask('PUT', target, { token: anna.token, body: { room_id: roomId } })
  return alias
}

async function newEvent({ server, anna, roomId, nextNumber }: World): Promise<string> {
  const target = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/e${nextNumber()}`
  const { body } = await server.ask('PUT', target, { token: anna.token, body: message({}) })
  return String(body?.['event_id'])
}
