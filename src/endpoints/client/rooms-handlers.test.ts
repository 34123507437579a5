// The handlers of rooms over real sockets: what clients send and get, with real accounts, a real engine and a real PostgreSQL.
// spec: client-server-api #rooms, #events

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accountsForTests } from '#accounts/test-accounts.ts'
import { endpoints } from '#api/endpoints.ts'
import { createFederationTransport, Loopback, loopbackNetwork } from '#federation/transport/transport.ts'
import { systemClock } from '#platform/clock/clock.ts'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { type HttpServer, startHttp } from '#platform/http/http.ts'
import { logTo } from '#platform/log/log.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { seededRandom } from '#platform/random/random.ts'
import { unauthorized } from '#protocol/errors/errors.ts'
import { Rooms } from '#rooms/rooms.ts'
import { edgeAnswers, mount, type Tenant } from '../mount.ts'
import { roomsHandlers } from './rooms-handlers.ts'
import type { WithRooms } from './rooms-modules.ts'

const t = accountsForTests({ defaultRoomVersion: '12' })
const silent = logTo({ write() {} })
const failures: string[] = []
let server: HttpServer
let base: string

before(async () => {
  await t.ready
  const log = logTo({ write: (line) => void failures.push(line) })
  const crypto = loadCrypto()
  const key = crypto.signingKeyFromSeed(new Uint8Array(32).fill(1), 'a')
  const { serverName, database, stream, clock } = t
  const shared = { serverName, database, clock, random: seededRandom(1), crypto }
  const transport = createFederationTransport({
    ...shared,
    signingKeys: { current: [key], old: [] },
    log: silent,
    network: loopbackNetwork(new Loopback()),
  })
  const rooms = await Rooms.open({ ...shared, stream, transport, signingKey: () => key, log })
  const tenant: Tenant<WithRooms> = {
    serverName,
    modules: { accounts: t.accounts, rooms },
    authenticateToken: (token, { allowLocked }) => t.accounts.authenticate(token, { allowLocked }),
    authenticateSigned: () => Promise.reject(unauthorized('The request is not signed.')),
  }
  const routes = mount({
    handlers: roomsHandlers,
    tenantAt: () => tenant,
    limiter: { take: () => 0 },
    acceptTokenInQuery: false,
    checkAnswers: true,
  })
  server = await startHttp({
    listeners: [{ name: 'client', host: '127.0.0.1', port: 0, routes }],
    clock: systemClock(),
    log,
    metrics: createMetrics(),
    ...edgeAnswers(log),
  })
  base = `http://127.0.0.1:${server.addresses.get('client')?.port}`
  anna = await aClient('anna')
  bo = await aClient('bo')
  cia = await aClient('cia')
})

after(() => server.stop(100))

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of any form
  readonly json: any
}

/** A logged-in user: `get`, `put`, … below `/_matrix/client/`. */
interface Client {
  readonly userId: string
  ask(method: string, path: string, body?: unknown): Promise<Answer>
  /** As `ask`, and the answer must be 200. */
  ok(method: string, path: string, body?: unknown): Promise<Answer['json']>
}

let anna: Client
let bo: Client
let cia: Client
let transactions = 0

async function aClient(username: string, kind: 'user' | 'guest' = 'user'): Promise<Client> {
  const body = { username, password: `password of ${username}`, auth: { type: 'm.login.dummy' } }
  const answer = await t.accounts.register(kind, kind === 'user' ? body : {})
  if (!('access_token' in answer)) return assert.fail('The user was not registered.')
  const ask = async (method: string, path: string, sent?: unknown): Promise<Answer> => {
    const response = await fetch(`${base}/_matrix/client/${path}`, {
      method,
      headers: { authorization: `Bearer ${answer.access_token}` },
      ...(sent !== undefined && { body: JSON.stringify(sent) }),
    })
    return { status: response.status, json: await response.json() }
  }
  return {
    userId: answer.user_id,
    ask,
    ok: async (method, path, sent) => {
      const { status, json } = await ask(method, path, sent)
      assert.equal(status, 200, `${method} ${path}: ${JSON.stringify(json)} ${failures.at(-1) ?? ''}`)
      return json
    },
  }
}

const room = (roomId: string) => `v3/rooms/${encodeURIComponent(roomId)}`
const part = (text: string) => encodeURIComponent(text)

async function aRoom(body: object = { preset: 'public_chat' }, ...others: Client[]): Promise<string> {
  const { room_id } = await anna.ok('POST', 'v3/createRoom', body)
  for (const other of others) await other.ok('POST', `v3/join/${part(room_id)}`)
  return room_id
}

async function says(client: Client, roomId: string, body: string, more: object = {}): Promise<string> {
  const content = { msgtype: 'm.text', body, ...more }
  const path = `${room(roomId)}/send/m.room.message/t${transactions++}`
  return (await client.ok('PUT', path, content)).event_id
}

const relatesTo = (relType: string, eventId: string, more: object = {}) => ({
  'm.relates_to': { rel_type: relType, event_id: eventId, ...more },
})

async function refused({ status, json }: Answer, expected: number, errcode: string): Promise<void> {
  assert.deepEqual([status, json.errcode], [expected, errcode], JSON.stringify(json))
  assert.equal(typeof json.error, 'string')
}

const setState = (client: Client, roomId: string, type: string, content: object, key = '') =>
  client.ask('PUT', `${room(roomId)}/state/${type}/${part(key)}`, content)

test('every handler has a definition in the list, and no definition two handlers', () => {
  const defined = new Set<unknown>(endpoints)
  const handled = roomsHandlers.map(({ endpoint }) => endpoint)
  assert.deepEqual(
    handled.filter((endpoint) => !defined.has(endpoint)),
    [],
  )
  assert.equal(new Set(handled).size, handled.length)
})

test('a room is made in the default version, with alias, name, topic and a place in the directory', async () => {
  const roomId = await aRoom({ visibility: 'public', room_alias_name: 'kansli', name: 'Kansli', topic: 'Ärenden' })
  assert.match(roomId, /^![A-Za-z0-9_-]{43}$/)
  assert.deepEqual(await anna.ok('GET', `${room(roomId)}/state/m.room.canonical_alias`), { alias: '#kansli:hs1' })
  assert.deepEqual(await anna.ok('GET', `${room(roomId)}/state/m.room.join_rules/`), { join_rule: 'public' })
  assert.deepEqual(await bo.ok('GET', `v3/directory/room/${part('#kansli:hs1')}`), {
    room_id: roomId,
    servers: ['hs1'],
  })
  assert.deepEqual(await bo.ok('GET', `v3/directory/list/room/${part(roomId)}`), { visibility: 'public' })
  const taken = await bo.ask('POST', 'v3/createRoom', { room_alias_name: 'kansli' })
  await refused(taken, 400, 'M_ROOM_IN_USE')
  await refused(await bo.ask('POST', 'v3/createRoom', { room_version: '99' }), 400, 'M_UNSUPPORTED_ROOM_VERSION')
  await refused(await bo.ask('POST', 'v3/createRoom', { room_alias_name: 'a:b' }), 400, 'M_INVALID_PARAM')
  assert.equal((await bo.ok('GET', 'v3/joined_rooms')).joined_rooms.includes(roomId), false)
})

test('invited, joined, left, forgotten: each step is seen where it should be', async () => {
  const roomId = await aRoom({ preset: 'private_chat' })
  await refused(await bo.ask('POST', `${room(roomId)}/join`), 403, 'M_FORBIDDEN')
  await anna.ok('POST', `${room(roomId)}/invite`, { user_id: bo.userId, reason: 'kom' })
  await refused(await bo.ask('POST', `${room(roomId)}/forget`), 400, 'M_UNKNOWN')
  assert.deepEqual(await bo.ok('POST', `${room(roomId)}/join`), { room_id: roomId })
  assert.deepEqual(await bo.ok('POST', `v3/join/${part(roomId)}`, { reason: 'igen' }), { room_id: roomId })
  assert.ok((await bo.ok('GET', 'v3/joined_rooms')).joined_rooms.includes(roomId))
  const { joined } = await bo.ok('GET', `${room(roomId)}/joined_members`)
  assert.deepEqual(Object.keys(joined).sort(), [anna.userId, bo.userId])
  await bo.ok('POST', `${room(roomId)}/leave`, { reason: 'klar' })
  await bo.ok('POST', `${room(roomId)}/leave`)
  await bo.ok('GET', `${room(roomId)}/messages?dir=b`)
  await bo.ok('POST', `${room(roomId)}/forget`)
  await refused(await bo.ask('GET', `${room(roomId)}/messages?dir=b`), 403, 'M_FORBIDDEN')
  await refused(await bo.ask('GET', `${room(roomId)}/state`), 403, 'M_FORBIDDEN')
  await refused(await cia.ask('POST', `${room(roomId)}/leave`), 404, 'M_NOT_FOUND')
})

test('kick, ban and unban need the power, and do what their names say', async () => {
  const roomId = await aRoom({ preset: 'public_chat' }, bo, cia)
  const who = { user_id: cia.userId, reason: 'för' }
  await refused(await bo.ask('POST', `${room(roomId)}/kick`, who), 403, 'M_FORBIDDEN')
  await refused(await bo.ask('POST', `${room(roomId)}/ban`, who), 403, 'M_FORBIDDEN')
  await anna.ok('POST', `${room(roomId)}/kick`, who)
  await refused(await anna.ask('POST', `${room(roomId)}/kick`, who), 403, 'M_FORBIDDEN')
  const left = await anna.ok('GET', `${room(roomId)}/state/m.room.member/${part(cia.userId)}`)
  assert.deepEqual(left, { membership: 'leave', reason: 'för' })
  await anna.ok('POST', `${room(roomId)}/ban`, who)
  await refused(await cia.ask('POST', `${room(roomId)}/join`), 403, 'M_FORBIDDEN')
  await refused(await anna.ask('POST', `${room(roomId)}/kick`, who), 403, 'M_FORBIDDEN')
  await anna.ok('POST', `${room(roomId)}/unban`, who)
  await refused(await anna.ask('POST', `${room(roomId)}/unban`, who), 403, 'M_FORBIDDEN')
  await cia.ok('POST', `${room(roomId)}/join`)
})

test('a knock is let in by an invite, and a user who takes no invites is not invited', async () => {
  const knockable = [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }]
  const roomId = await aRoom({ initial_state: knockable })
  assert.deepEqual(await bo.ok('POST', `v3/knock/${part(roomId)}`, { reason: 'släpp in' }), { room_id: roomId })
  const { chunk } = await anna.ok('GET', `${room(roomId)}/members?membership=knock`)
  assert.deepEqual(
    chunk.map((event: { state_key: string }) => event.state_key),
    [bo.userId],
  )
  await refused(await bo.ask('GET', `${room(roomId)}/messages?dir=b`), 403, 'M_FORBIDDEN')
  await anna.ok('POST', `${room(roomId)}/invite`, { user_id: bo.userId })
  await bo.ok('POST', `${room(roomId)}/join`)

  const shy = await aClient('shy')
  const type = 'm.invite_permission_config'
  await t.accounts.accountData.setByClient({ userId: shy.userId as never, type }, { default_action: 'block' })
  const invite = { user_id: shy.userId }
  await refused(await anna.ask('POST', `${room(roomId)}/invite`, invite), 403, 'M_INVITE_BLOCKED')
  await refused(await anna.ask('POST', 'v3/createRoom', { invite: [shy.userId] }), 403, 'M_INVITE_BLOCKED')
  const asState = await setState(anna, roomId, 'm.room.member', { membership: 'invite' }, shy.userId)
  await refused(asState, 403, 'M_INVITE_BLOCKED')
})

test('a membership set as state is the same act as by its endpoint: no way around a restricted room', async () => {
  const space = await aRoom({ preset: 'public_chat' })
  const allow = [{ type: 'm.room_membership', room_id: space }]
  const rules = [{ type: 'm.room.join_rules', content: { join_rule: 'restricted', allow } }]
  const roomId = await aRoom({ initial_state: rules })
  const forged = { membership: 'join', join_authorised_via_users_server: anna.userId }
  await refused(await setState(bo, roomId, 'm.room.member', forged, bo.userId), 403, 'M_FORBIDDEN')
  await bo.ok('POST', `${room(space)}/join`)
  const { status, json } = await setState(
    bo,
    roomId,
    'm.room.member',
    { membership: 'join', displayname: 'B' },
    bo.userId,
  )
  assert.equal(status, 200, JSON.stringify(json))
  const event = await bo.ok('GET', `${room(roomId)}/event/${part(json.event_id)}`)
  assert.deepEqual(event.content, { ...forged, displayname: 'B' })
})

test('guests join rooms that are open to them, and no others', async () => {
  const guest = await aClient('', 'guest')
  const [open, closed] = [await aRoom({ preset: 'public_chat' }), await aRoom({ preset: 'public_chat' })]
  await setState(anna, open, 'm.room.guest_access', { guest_access: 'can_join' })
  await refused(await guest.ask('POST', `${room(closed)}/join`), 403, 'M_FORBIDDEN')
  await guest.ok('POST', `${room(open)}/join`)
  await says(guest, open, 'hej')
  await refused(await guest.ask('POST', 'v3/createRoom', {}), 403, 'M_GUEST_ACCESS_FORBIDDEN')
})

test('members are told as they are, as they were, and by membership', async () => {
  const roomId = await aRoom({ preset: 'public_chat' }, bo)
  const then = (await anna.ok('GET', `${room(roomId)}/messages?dir=b&limit=1`)).start
  await bo.ok('POST', `${room(roomId)}/leave`)
  const who = async (query: string) =>
    (await anna.ok('GET', `${room(roomId)}/members${query}`)).chunk.map(
      (event: { state_key: string; content: { membership: string } }) =>
        `${event.state_key} ${event.content.membership}`,
    )
  assert.deepEqual((await who('')).sort(), [`${anna.userId} join`, `${bo.userId} leave`])
  assert.deepEqual(await who('?membership=join'), [`${anna.userId} join`])
  assert.deepEqual(await who('?not_membership=leave'), [`${anna.userId} join`])
  const before = await anna.ok('GET', `${room(roomId)}/members?at=${then}`)
  assert.equal(before.chunk.length, 2)
})

test('who has left sees the state as it was then, and nothing that came after', async () => {
  const roomId = await aRoom({ preset: 'public_chat', topic: 'före' }, bo)
  await bo.ok('POST', `${room(roomId)}/leave`)
  await setState(anna, roomId, 'm.room.topic', { topic: 'efter' })
  const secret = await says(anna, roomId, 'efter')
  assert.equal((await bo.ok('GET', `${room(roomId)}/state/m.room.topic`)).topic, 'före')
  const events = await bo.ok('GET', `${room(roomId)}/state`)
  assert.equal(events.find((event: { type: string }) => event.type === 'm.room.topic').content.topic, 'före')
  await refused(await bo.ask('GET', `${room(roomId)}/event/${part(secret)}`), 404, 'M_NOT_FOUND')
  const { chunk } = await bo.ok('GET', `${room(roomId)}/messages?dir=b&limit=100`)
  assert.equal(
    chunk.some((event: { event_id: string }) => event.event_id === secret),
    false,
  )
  await refused(await cia.ask('GET', `${room(roomId)}/state`), 403, 'M_FORBIDDEN')
  await refused(await cia.ask('GET', `${room(roomId)}/state/m.room.topic`), 403, 'M_FORBIDDEN')
})

test('who has left sees a message without the edits and replies that came later', async () => {
  const roomId = await aRoom({ preset: 'public_chat' }, bo)
  const root = await says(anna, roomId, 'rot')
  const reply = await says(anna, roomId, 'svar', relatesTo('m.thread', root))
  await bo.ok('POST', `${room(roomId)}/leave`)
  const edit = { 'm.new_content': { body: 'hemligt' }, ...relatesTo('m.replace', root) }
  await says(anna, roomId, '* hemligt', edit)
  const event = `${room(roomId)}/event/${part(root)}`
  const before = (await bo.ok('GET', event)).unsigned['m.relations']
  assert.equal(before['m.replace'], undefined)
  assert.equal(before['m.thread'].latest_event.event_id, reply)
  await says(anna, roomId, 'hemligt svar', relatesTo('m.thread', root))
  assert.equal(JSON.stringify(await bo.ok('GET', event)).includes('hemligt'), false)
  assert.ok((await anna.ok('GET', event)).unsigned['m.relations']['m.replace'])
})

test('who was kicked and invited again still sees what was shared before', async () => {
  const roomId = await aRoom({ preset: 'public_chat' })
  const early = await says(anna, roomId, 'tidigt')
  await bo.ok('POST', `${room(roomId)}/join`)
  await anna.ok('POST', `${room(roomId)}/kick`, { user_id: bo.userId })
  await anna.ok('POST', `${room(roomId)}/invite`, { user_id: bo.userId })
  await bo.ok('GET', `${room(roomId)}/event/${part(early)}`)
})

test('one piece of state is told as content or as the event, and 404 where there is none', async () => {
  const roomId = await aRoom({ name: 'Kansli' })
  const event = await anna.ok('GET', `${room(roomId)}/state/m.room.name/?format=event`)
  assert.deepEqual(
    [event.type, event.content, event.room_id, event.sender],
    ['m.room.name', { name: 'Kansli' }, roomId, anna.userId],
  )
  await refused(await anna.ask('GET', `${room(roomId)}/state/m.room.avatar`), 404, 'M_NOT_FOUND')
})

test('an alias that leads elsewhere, or is none, cannot be made canonical; one that was there may stay', async () => {
  const [roomId, elsewhere] = [await aRoom(), await aRoom({ room_alias_name: 'annanstans' })]
  await refused(
    await setState(anna, roomId, 'm.room.canonical_alias', { alias: '#annanstans:hs1' }),
    400,
    'M_BAD_ALIAS',
  )
  await refused(await setState(anna, roomId, 'm.room.canonical_alias', { alias: 'ingen' }), 400, 'M_INVALID_PARAM')
  await refused(
    await setState(anna, roomId, 'm.room.canonical_alias', { alt_aliases: ['#okänd:hs1'] }),
    400,
    'M_BAD_ALIAS',
  )
  await anna.ok('PUT', `v3/directory/room/${part('#vår:hs1')}`, { room_id: roomId })
  assert.equal((await setState(anna, roomId, 'm.room.canonical_alias', { alias: '#vår:hs1' })).status, 200)
  assert.deepEqual((await anna.ok('GET', `${room(roomId)}/aliases`)).aliases, ['#vår:hs1'])
  assert.notEqual(elsewhere, roomId)
})

test('an alias is set by members, once, and taken away by its maker or a moderator; the room then names it no more', async () => {
  const roomId = await aRoom({ preset: 'public_chat' }, bo, cia)
  const path = `v3/directory/room/${part('#bos:hs1')}`
  await bo.ok('PUT', path, { room_id: roomId })
  await refused(await cia.ask('PUT', path, { room_id: roomId }), 409, 'M_UNKNOWN')
  await refused(await cia.ask('DELETE', path), 403, 'M_FORBIDDEN')
  const stranger = await aClient('stranger')
  await refused(
    await stranger.ask('PUT', `v3/directory/room/${part('#x:hs1')}`, { room_id: roomId }),
    403,
    'M_FORBIDDEN',
  )
  await refused(await bo.ask('PUT', `v3/directory/room/${part('#x:hs2')}`, { room_id: roomId }), 400, 'M_INVALID_PARAM')
  assert.equal((await setState(anna, roomId, 'm.room.canonical_alias', { alias: '#bos:hs1' })).status, 200)
  await anna.ok('DELETE', path)
  assert.deepEqual(await anna.ok('GET', `${room(roomId)}/state/m.room.canonical_alias`), {})
  await refused(await bo.ask('DELETE', path), 404, 'M_NOT_FOUND')
  await refused(await bo.ask('GET', path), 404, 'M_NOT_FOUND')
})

test('a transaction repeated over the wire gives the same event, told back to its device alone', async () => {
  const roomId = await aRoom({ preset: 'public_chat' }, bo)
  const path = `${room(roomId)}/send/m.room.message/samma`
  const first = await anna.ok('PUT', path, { body: 'hej', msgtype: 'm.text' })
  assert.deepEqual(await anna.ok('PUT', path, { body: 'hej', msgtype: 'm.text' }), first)
  const event = `${room(roomId)}/event/${part(first.event_id)}`
  assert.equal((await anna.ok('GET', event)).unsigned.transaction_id, 'samma')
  assert.equal((await bo.ok('GET', event)).unsigned.transaction_id, undefined)
})

test('an event is removed by /redact and by /send, in rooms of every kind of redaction', async () => {
  for (const room_version of ['10', '11']) {
    const roomId = await aRoom({ room_version })
    const [a, b] = [await says(anna, roomId, 'a'), await says(anna, roomId, 'b')]
    await anna.ok('PUT', `${room(roomId)}/redact/${part(a)}/r${transactions++}`, { reason: 'fel' })
    await anna.ok('PUT', `${room(roomId)}/send/m.room.redaction/r${transactions++}`, { redacts: b, reason: 'fel' })
    for (const id of [a, b]) {
      const event = await anna.ok('GET', `${room(roomId)}/event/${part(id)}`)
      assert.deepEqual(event.content, {})
      assert.equal(event.unsigned.redacted_because.content.reason, 'fel')
      assert.equal(event.unsigned.redacted_because.redacts, id)
    }
    const without = await anna.ask('PUT', `${room(roomId)}/send/m.room.redaction/r${transactions++}`, {})
    await refused(without, 400, 'M_MISSING_PARAM')
  }
})

test('a second creation and a thread within a thread are refused, and the same reaction twice until the first is removed', async () => {
  const roomId = await aRoom()
  await refused(await setState(anna, roomId, 'm.room.create', {}), 403, 'M_FORBIDDEN')
  const root = await says(anna, roomId, 'rot')
  const reply = await says(anna, roomId, 'svar', relatesTo('m.thread', root))
  const nested = { msgtype: 'm.text', body: 'x', ...relatesTo('m.thread', reply) }
  await refused(await anna.ask('PUT', `${room(roomId)}/send/m.room.message/n1`, nested), 400, 'M_UNKNOWN')
  const reaction = relatesTo('m.annotation', root, { key: '👍' })
  const first = await anna.ok('PUT', `${room(roomId)}/send/m.reaction/r1`, reaction)
  assert.deepEqual(await anna.ok('PUT', `${room(roomId)}/send/m.reaction/r1`, reaction), first)
  await refused(await anna.ask('PUT', `${room(roomId)}/send/m.reaction/r2`, reaction), 400, 'M_DUPLICATE_ANNOTATION')
  await anna.ok('PUT', `${room(roomId)}/redact/${part(first.event_id)}/r3`, {})
  await anna.ok('PUT', `${room(roomId)}/send/m.reaction/r4`, reaction)
})

test('the history is paged to both ends without a gap or an event told twice', async () => {
  const roomId = await aRoom()
  const sent: string[] = []
  for (let n = 0; n < 25; n++) sent.push(await says(anna, roomId, `${n}`))
  for (const dir of ['b', 'f'] as const) {
    const seen: { type: string; event_id: string }[] = []
    let from = ''
    for (let pages = 0; pages < 20; pages++) {
      const page = await anna.ok('GET', `${room(roomId)}/messages?dir=${dir}&limit=7${from}`)
      seen.push(...page.chunk)
      if (page.end === undefined) break
      from = `&from=${page.end}`
    }
    const messages = seen.filter(({ type }) => type === 'm.room.message').map(({ event_id }) => event_id)
    assert.deepEqual(messages, dir === 'b' ? [...sent].reverse() : sent)
    assert.equal(new Set(seen.map(({ event_id }) => event_id)).size, seen.length)
    assert.equal(seen[dir === 'b' ? seen.length - 1 : 0]?.type, 'm.room.create')
  }
  const filter = part(JSON.stringify({ types: ['m.room.name'] }))
  assert.deepEqual((await anna.ok('GET', `${room(roomId)}/messages?dir=b&filter=${filter}`)).chunk, [])
  await refused(await anna.ask('GET', `${room(roomId)}/messages?dir=b&filter=x`), 400, 'M_NOT_JSON')
  await refused(await anna.ask('GET', `${room(roomId)}/messages?dir=b&from=x`), 400, 'M_INVALID_PARAM')
})

test('an event is shown with what stands around it', async () => {
  const roomId = await aRoom()
  const ids: string[] = []
  for (let n = 0; n < 5; n++) ids.push(await says(anna, roomId, `${n}`))
  const around = await anna.ok('GET', `${room(roomId)}/context/${part(ids[2] ?? '')}?limit=4`)
  const idsOf = (events: { event_id: string }[]) => events.map(({ event_id }) => event_id)
  assert.equal(around.event.event_id, ids[2])
  assert.deepEqual(idsOf(around.events_before), [ids[1], ids[0]])
  assert.deepEqual(idsOf(around.events_after), [ids[3], ids[4]])
  assert.ok(around.state.some((event: { type: string }) => event.type === 'm.room.create'))
  await refused(await anna.ask('GET', `${room(roomId)}/context/$nowhere`), 404, 'M_NOT_FOUND')
})

test('relations are told in all three forms, recursively, page by page, and only of the room itself', async () => {
  const [roomId, elsewhere] = [await aRoom(), await aRoom()]
  const root = await says(anna, roomId, 'rot')
  const replies: string[] = []
  for (let n = 0; n < 3; n++) replies.push(await says(anna, roomId, `${n}`, relatesTo('m.thread', root)))
  const reaction = relatesTo('m.annotation', replies[0] ?? '', { key: '👍' })
  const { event_id: reacted } = await anna.ok('PUT', `${room(roomId)}/send/m.reaction/rr`, reaction)
  await says(anna, elsewhere, 'smyg', relatesTo('m.thread', root))

  const relations = `v1/rooms/${part(roomId)}/relations/${part(root)}`
  const ids = async (path: string) =>
    (await anna.ok('GET', path)).chunk.map((event: { event_id: string }) => event.event_id)
  assert.deepEqual(await ids(relations), [...replies].reverse())
  assert.deepEqual(await ids(`${relations}/m.thread?dir=f`), replies)
  assert.deepEqual(await ids(`${relations}/m.annotation/m.reaction`), [])
  assert.deepEqual(await ids(`${relations}/m.annotation/m.reaction?recurse=true`), [reacted])
  const deep = await anna.ok('GET', `${relations}?recurse=true`)
  assert.deepEqual([deep.chunk.length, deep.recursion_depth], [4, 3])
  const first = await anna.ok('GET', `${relations}/m.thread?limit=2`)
  assert.deepEqual(await ids(`${relations}/m.thread?limit=2&from=${first.next_batch}`), [replies[0]])
  await anna.ok('PUT', `${room(roomId)}/redact/${part(replies[2] ?? '')}/rx`, {})
  assert.deepEqual(await ids(`${relations}/m.thread`), [replies[1], replies[0]])
  const shown = await anna.ok('GET', `${room(roomId)}/event/${part(root)}`)
  const thread = shown.unsigned['m.relations']['m.thread']
  assert.deepEqual(
    [thread.count, thread.latest_event.event_id, thread.current_user_participated],
    [2, replies[1], true],
  )
  await refused(await bo.ask('GET', relations), 404, 'M_NOT_FOUND')
})

test('threads are listed by their newest event, those of others left out when asked', async () => {
  const roomId = await aRoom({ preset: 'public_chat' }, bo)
  const [first, second] = [await says(anna, roomId, '1'), await says(bo, roomId, '2')]
  await says(bo, roomId, 'i 2', relatesTo('m.thread', second))
  await says(anna, roomId, 'i 1', relatesTo('m.thread', first))
  const threads = `v1/rooms/${part(roomId)}/threads`
  const ids = (answer: { chunk: { event_id: string }[] }) => answer.chunk.map(({ event_id }) => event_id)
  assert.deepEqual(ids(await anna.ok('GET', threads)), [first, second])
  assert.deepEqual(ids(await anna.ok('GET', `${threads}?include=participated`)), [first])
  const page = await anna.ok('GET', `${threads}?limit=1`)
  assert.deepEqual(ids(await anna.ok('GET', `${threads}?limit=1&from=${page.next_batch}`)), [second])
})

test('the event nearest to a time is found in both directions, and 404 beyond the ends', async () => {
  const roomId = await aRoom()
  await t.clock.advance(60_000)
  const early = await says(anna, roomId, 'tidig')
  const between = t.clock.now() + 30_000
  await t.clock.advance(60_000)
  const late = await says(anna, roomId, 'sen')
  const path = `v1/rooms/${part(roomId)}/timestamp_to_event`
  assert.equal((await anna.ok('GET', `${path}?dir=b&ts=${between}`)).event_id, early)
  assert.equal((await anna.ok('GET', `${path}?dir=f&ts=${between}`)).event_id, late)
  await refused(await anna.ask('GET', `${path}?dir=f&ts=${t.clock.now() + 1}`), 404, 'M_NOT_FOUND')
  await refused(await anna.ask('GET', `${path}?dir=b&ts=1`), 404, 'M_NOT_FOUND')
})

test('an upgrade leads from the old room to the new one and back, with rules, alias and power', async () => {
  for (const [from, to] of [
    ['10', '12'],
    ['12', '11'],
    ['11', '11'],
  ]) {
    const alias = `flytt${from}${to}`
    const body = { room_version: from, preset: 'public_chat', name: 'Kansli', room_alias_name: alias }
    const roomId = await aRoom(body, bo)
    await refused(await bo.ask('POST', `${room(roomId)}/upgrade`, { new_version: to }), 403, 'M_FORBIDDEN')
    await refused(
      await anna.ask('POST', `${room(roomId)}/upgrade`, { new_version: '99' }),
      400,
      'M_UNSUPPORTED_ROOM_VERSION',
    )
    const { replacement_room: next } = await anna.ok('POST', `${room(roomId)}/upgrade`, { new_version: to })
    const create = await anna.ok('GET', `${room(next)}/state/m.room.create`)
    assert.deepEqual([create.room_version, create.predecessor.room_id], [to, roomId])
    assert.equal((await anna.ok('GET', `${room(roomId)}/state/m.room.tombstone`)).replacement_room, next)
    assert.equal((await anna.ok('GET', `${room(next)}/state/m.room.name`)).name, 'Kansli')
    assert.equal((await anna.ok('GET', `${room(next)}/state/m.room.join_rules`)).join_rule, 'public')
    assert.equal((await anna.ok('GET', `${room(next)}/state/m.room.canonical_alias`)).alias, `#${alias}:hs1`)
    assert.equal((await anna.ok('GET', `v3/directory/room/${part(`#${alias}:hs1`)}`)).room_id, next)
    await refused(await bo.ask('PUT', `${room(roomId)}/send/m.room.message/late`, { body: 'x' }), 403, 'M_FORBIDDEN')
    await bo.ok('POST', `${room(next)}/join`)
    await anna.ok('POST', `${room(next)}/upgrade`, { new_version: '12' })
  }
})

test('a room is put into the directory by moderators alone', async () => {
  const roomId = await aRoom({ preset: 'public_chat' }, bo)
  const path = `v3/directory/list/room/${part(roomId)}`
  assert.deepEqual(await bo.ok('GET', path), { visibility: 'private' })
  await refused(await bo.ask('PUT', path, { visibility: 'public' }), 403, 'M_FORBIDDEN')
  await anna.ok('PUT', path, {})
  assert.deepEqual(await bo.ok('GET', path), { visibility: 'public' })
  await refused(await bo.ask('GET', `v3/directory/list/room/${part('!x:hs2')}`), 404, 'M_NOT_FOUND')
})

test('suspended users read, leave and remove what is theirs; they do not write', async () => {
  const roomId = await aRoom({ preset: 'public_chat' })
  const dan = await aClient('dan')
  await dan.ok('POST', `${room(roomId)}/join`)
  const own = await says(dan, roomId, 'mitt')
  await t.accounts.users.setFlags(dan.userId as never, { isSuspended: true })
  const message = await dan.ask('PUT', `${room(roomId)}/send/m.room.message/s1`, { body: 'x' })
  await refused(message, 403, 'M_USER_SUSPENDED')
  await refused(await dan.ask('POST', 'v3/createRoom', {}), 403, 'M_USER_SUSPENDED')
  await dan.ok('GET', `${room(roomId)}/messages?dir=b`)
  await dan.ok('PUT', `${room(roomId)}/redact/${part(own)}/s2`, {})
  await dan.ok('POST', `${room(roomId)}/leave`)
  await refused(await dan.ask('POST', `${room(roomId)}/join`), 403, 'M_USER_SUSPENDED')
})
