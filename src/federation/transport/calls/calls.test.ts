import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import {
  type DeviceId,
  type EventId,
  parseEventId,
  parseRoomAlias,
  parseRoomId,
  parseUserId,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import { matrixErrorOf, type Outcome } from '../failure.ts'
import type { FederationTransport } from '../federation-transport.ts'
import { Peers, peersDatabase, type Reply, rawReply } from '../peers-for-tests.ts'

const database = await peersDatabase({ after })

interface Asked {
  readonly method: string
  readonly target: string
  readonly body: Json | undefined
}

let number = 0
/** `beta` answers what the test says; `asked` is what reached it. */
function servers(...answers: readonly Reply[]) {
  number += 1
  const peers = new Peers(database)
  const alfa = peers.add(`alfa${number}.se`)
  const beta = peers.add(`beta${number}.se`)
  const asked: Asked[] = []
  const left = [...answers]
  beta.answering = ({ method, target, body }) => {
    asked.push({ method, target, body: body && JSON.parse(Buffer.from(body).toString()) })
    return left.length > 1 ? (left.shift() ?? assert.fail()) : (left[0] ?? assert.fail())
  }
  const user = parseUserId(`@bo:${beta.name}`) ?? assert.fail()
  return { peers, alfa, beta, asked, user, us: alfa.transport, to: beta.name }
}

const roomId = parseRoomId('!r:x.se') ?? assert.fail()
const event = (name: string): EventId => parseEventId(`$${name}:x.se`) ?? assert.fail()
const eventId = event('e')
const userId = parseUserId('@u:alfa.se') ?? assert.fail()
const device = (name: string) => name as DeviceId
const join = { roomId, eventId, event: { type: 'm.room.member' } }
const unrecognized: Reply = [404, { errcode: 'M_UNRECOGNIZED' }]

const got = <Value>(outcome: Outcome<Value>): Value =>
  outcome.ok ? outcome.value : assert.fail(JSON.stringify(outcome.failure))
const kindOf = (outcome: Outcome<unknown>) => (outcome.ok ? 'ok' : outcome.failure.kind)

test('make_join names our versions; a server that does not say the version means 1', async () => {
  const { us, to, asked } = servers([200, { event: { type: 'm.room.member' } }])
  const template = got(await us.makeJoin(to, { roomId, userId, versions: ['11', '12'] }))
  assert.deepEqual(template, { roomVersion: '1', event: { type: 'm.room.member' } })
  assert.deepEqual(asked, [
    {
      method: 'GET',
      target: '/_matrix/federation/v1/make_join/!r%3Ax.se/%40u%3Aalfa.se?ver=11&ver=12',
      body: undefined,
    },
  ])
})

test('make_knock and make_leave have the same form', async () => {
  const { us, to, asked } = servers([200, { event: {}, room_version: '12' }])
  assert.equal(got(await us.makeKnock(to, { roomId, userId, versions: ['12'] })).roomVersion, '12')
  assert.equal(got(await us.makeLeave(to, { roomId, userId })).roomVersion, '12')
  assert.deepEqual(
    asked.map(({ target }) => target.split('/')[4]),
    ['make_knock', 'make_leave'],
  )
})

test('send_join asks for the whole state, and refuses one with members left out', async () => {
  const whole = { state: [{ a: 1 }], auth_chain: [{ b: 1.5 }], event: { c: 1 }, extra: true }
  const { us, to, asked } = servers([200, whole], [200, { ...whole, members_omitted: true, servers_in_room: [] }])
  const joined = got(await us.sendJoin(to, join))
  assert.deepEqual([joined.state, joined.event], [[{ a: 1 }], { c: 1 }])
  assert.equal(asked[0]?.target, '/_matrix/federation/v2/send_join/!r%3Ax.se/%24e%3Ax.se?omit_members=false')
  assert.deepEqual(asked[0]?.body, join.event)
  assert.equal(kindOf(await us.sendJoin(to, join)), 'bad-answer')
})

test('a server that knows no v2 is asked in v1, for joins and leaves', async () => {
  const { us, to, asked } = servers(unrecognized, [200, [200, { state: [], auth_chain: [] }]], unrecognized, [
    200,
    [200, {}],
  ])
  assert.deepEqual(got(await us.sendJoin(to, join)), { state: [], authChain: [], event: undefined })
  assert.equal(kindOf(await us.sendLeave(to, join)), 'ok')
  assert.deepEqual(
    asked.map(({ target }) => target.split('/').slice(3, 5).join('/')),
    ['v2/send_join', 'v1/send_join', 'v2/send_leave', 'v1/send_leave'],
  )
})

test('a room that is not known (404 M_NOT_FOUND) is a refusal, not an old server', async () => {
  const { us, to, asked } = servers([404, { errcode: 'M_NOT_FOUND' }])
  assert.equal(kindOf(await us.sendJoin(to, join)), 'refused')
  assert.equal(asked.length, 1)
})

test('an invite goes as v2, and as v1 only for rooms of version 1 and 2', async () => {
  const invite = (roomVersion: string) => ({ ...join, roomVersion, inviteRoomState: [{ type: 'm.room.create' }] })
  const modern = servers([200, { event: { signed: 1 } }])
  assert.deepEqual(got(await modern.us.invite(modern.to, invite('12'))), { event: { signed: 1 } })
  assert.deepEqual(modern.asked[0]?.body, {
    room_version: '12',
    event: join.event,
    invite_room_state: [{ type: 'm.room.create' }],
  })

  const old = servers(unrecognized, [200, [200, { event: { signed: 2 } }]])
  assert.deepEqual(got(await old.us.invite(old.to, invite('2'))), { event: { signed: 2 } })
  assert.equal(old.asked[1]?.target, '/_matrix/federation/v1/invite/!r%3Ax.se/%24e%3Ax.se')
  assert.deepEqual(old.asked[1]?.body, { ...join.event, unsigned: { invite_room_state: [{ type: 'm.room.create' }] } })

  const refusing = servers(unrecognized)
  assert.equal(kindOf(await refusing.us.invite(refusing.to, invite('3'))), 'refused')
  assert.equal(refusing.asked.length, 1)
})

test('send_knock gives the stripped state, at most a hundred events', async () => {
  const { us, to } = servers([200, { knock_room_state: [{ a: 1 }] }], [200, { knock_room_state: Array(101).fill({}) }])
  assert.deepEqual(got(await us.sendKnock(to, join)).knockRoomState, [{ a: 1 }])
  assert.equal(kindOf(await us.sendKnock(to, join)), 'bad-answer')
})

test('backfill and get_missing_events ask for a bounded number and take no more than a hundred', async () => {
  const many = Array.from({ length: 80 }, (_, index) => event(`e${index}`))
  const { us, to, asked } = servers(
    [200, { pdus: [1, {}] }],
    [200, { events: [] }],
    [200, { pdus: Array(101).fill({}) }],
  )
  assert.deepEqual(got(await us.backfill(to, { roomId, from: many, limit: 5000 })), [1, {}])
  const query = new URL(`https://x${asked[0]?.target}`).searchParams
  assert.deepEqual([query.getAll('v').length, query.get('limit')], [50, '100'])
  got(await us.getMissingEvents(to, { roomId, earliest: many, latest: [eventId], limit: 500, minDepth: 3 }))
  const body = asked[1]?.body as {
    earliest_events: string[]
    latest_events: string[]
    limit: number
    min_depth: number
  }
  assert.deepEqual(
    [body.earliest_events.length, body.latest_events, body.limit, body.min_depth],
    [50, ['$e:x.se'], 100, 3],
  )
  assert.equal(kindOf(await us.backfill(to, { roomId, from: many, limit: 100 })), 'bad-answer')
})

test('state, state IDs, event and event_auth', async () => {
  const { us, to, asked } = servers(
    [200, { pdus: [{ a: 1 }], auth_chain: [] }],
    [200, { pdu_ids: ['$a:x.se'], auth_chain_ids: [] }],
    [200, { pdu_ids: ['no event ID'], auth_chain_ids: [] }],
    [200, { origin: 'x', origin_server_ts: 1, pdus: [{ a: 1 }] }],
    [200, { pdus: [] }],
    [200, { pdus: [{}, {}] }],
    [200, { auth_chain: [{}] }],
  )
  const at = { roomId, eventId }
  assert.deepEqual(got(await us.getState(to, at)), { state: [{ a: 1 }], authChain: [] })
  assert.deepEqual(got(await us.getStateIds(to, at)), { stateIds: ['$a:x.se'], authChainIds: [] })
  assert.equal(kindOf(await us.getStateIds(to, at)), 'bad-answer')
  assert.deepEqual(got(await us.getEvent(to, eventId)), { a: 1 })
  assert.equal(kindOf(await us.getEvent(to, eventId)), 'bad-answer')
  assert.equal(kindOf(await us.getEvent(to, eventId)), 'bad-answer')
  assert.deepEqual(got(await us.getEventAuth(to, at)), [{}])
  assert.equal(asked[0]?.target, '/_matrix/federation/v1/state/!r%3Ax.se?event_id=%24e%3Ax.se')
})

test('numbers of old rooms keep their text', async () => {
  const { us, to } = servers(rawReply(200, {}, '{"pdus":[{"depth":12345678901234567890,"x":1.0}]}'))
  assert.match(JSON.stringify(got(await us.getEvent(to, eventId))), /12345678901234567890.*1\.0/)
})

test('the directory: a room and servers, of which those that are no server names are passed over', async () => {
  const alias = parseRoomAlias('#rum:x.se') ?? assert.fail()
  const { us, to, asked } = servers(
    [200, { room_id: '!r:x.se', servers: ['a.se', 'b c', 5] }],
    [200, { room_id: '!r:x.se', servers: null }],
    [200, { room_id: 'r' }],
  )
  assert.deepEqual(got(await us.queryDirectory(to, alias)), { roomId: '!r:x.se', servers: ['a.se'] })
  assert.equal(asked[0]?.target, '/_matrix/federation/v1/query/directory?room_alias=%23rum%3Ax.se')
  assert.deepEqual(got(await us.queryDirectory(to, alias)), { roomId: '!r:x.se', servers: [] })
  assert.equal(kindOf(await us.queryDirectory(to, alias)), 'bad-answer')
})

test('a profile, whole or one field', async () => {
  const { us, to, asked, user } = servers([200, { displayname: 'Bo' }])
  assert.deepEqual(got(await us.queryProfile(to, { userId: user, field: 'm.tz' })), { displayname: 'Bo' })
  await us.queryProfile(to, { userId: user })
  const id = encodeURIComponent(user)
  assert.deepEqual(
    asked.map(({ target }) => target),
    [
      `/_matrix/federation/v1/query/profile?user_id=${id}&field=m.tz`,
      `/_matrix/federation/v1/query/profile?user_id=${id}`,
    ],
  )
})

test('the devices of a user, and of no other', async () => {
  const devices = [{ device_id: 'D', keys: { k: 1 }, device_display_name: 'Mobil' }]
  const { user } = servers([200, {}])
  const again = servers(
    [200, { user_id: user, stream_id: 5, devices, master_key: { m: 1 } }],
    [200, { user_id: '@x:y', stream_id: 5, devices }],
  )
  assert.deepEqual(got(await again.us.getUserDevices(again.to, user)), {
    userId: user,
    streamId: 5,
    devices: [{ deviceId: 'D', keys: { k: 1 }, displayName: 'Mobil' }],
    masterKey: { m: 1 },
    selfSigningKey: undefined,
  })
  assert.equal(kindOf(await again.us.getUserDevices(again.to, user)), 'bad-answer')
})

test('keys of users that were not asked for, or that belong to another server, are passed over', async () => {
  const probe = servers([200, {}])
  const other = '@other:elsewhere.se' as UserId
  const keys = (user: string): JsonObject => ({
    [user]: { D: { k: 1 } },
    [other]: { D: { evil: 1 } },
    '@uninvited:x.se': { D: {} },
  })
  // The name of the next peer is known beforehand: user and server must agree.
  const name = `@bo:beta${number + 1}.se` as UserId
  const { us, to, asked } = servers([
    200,
    { device_keys: keys(name), master_keys: { [name]: { m: 1 }, [other]: { m: 2 } } },
  ])
  const found = got(
    await us.queryUserKeys(
      to,
      new Map([
        [name, []],
        [other, [device('D')]],
      ]),
    ),
  )
  assert.deepEqual(
    [...found.deviceKeys].map(([user, devices]) => [user, [...devices]]),
    [[name, [['D', { k: 1 }]]]],
  )
  assert.deepEqual([...found.masterKeys], [[name, { m: 1 }]])
  assert.deepEqual([...found.selfSigningKeys], [])
  assert.deepEqual(asked[0]?.body, { device_keys: { [name]: [], [other]: ['D'] } })
  assert.equal(probe.asked.length, 0)
})

test('claimed keys: only of devices that were asked for, and nothing but keys', async () => {
  const claims = (user: UserId) => new Map([[user, new Map([[device('D'), 'signed_curve25519']])]])
  const { user } = servers([200, {}])
  const again = servers(
    [
      200,
      { one_time_keys: { [user]: { D: { 'signed_curve25519:A': { key: 'x' } }, E: { 'signed_curve25519:B': {} } } } },
    ],
    [200, { one_time_keys: { [user]: { D: { 'signed_curve25519:A': 5 } } } }],
  )
  const found = got(await again.us.claimUserKeys(again.to, claims(user)))
  assert.deepEqual([...(found.get(user) ?? [])], [['D', { 'signed_curve25519:A': { key: 'x' } }]])
  assert.deepEqual(again.asked[0]?.body, { one_time_keys: { [user]: { D: 'signed_curve25519' } } })
  assert.equal(kindOf(await again.us.claimUserKeys(again.to, claims(user))), 'bad-answer')
})

test('a transaction carries the events as they are, is signed as a whole, and tells which were refused', async () => {
  const { us, to, asked, beta, alfa, peers } = servers(
    [200, { pdus: { '$a:x.se': {}, '$b:x.se': { error: 'no' } } }],
    [200, {}],
  )
  const pdus = ['{"depth":1,"é":"ö\\n"}', '{"x":1.5}']
  const result = got(await us.sendTransaction(to, { txnId: 't/1', pdus, edus: ['{"edu_type":"m.typing"}'] }))
  assert.deepEqual(result.refused, ['$b:x.se'])
  assert.deepEqual(asked[0], {
    method: 'PUT',
    target: '/_matrix/federation/v1/send/t%2F1',
    body: {
      edus: [{ edu_type: 'm.typing' }],
      origin: alfa.name,
      origin_server_ts: peers.clock.now(),
      pdus: [{ depth: 1, é: 'ö\n' }, { x: 1.5 }],
    },
  })
  // The peer authenticated the body that it parsed.
  assert.equal(beta.received.at(-1)?.origin, alfa.name)
  assert.deepEqual(got(await us.sendTransaction(to, { txnId: '2', pdus: [], edus: [] })).refused, [])
  await assert.rejects(us.sendTransaction(to, { txnId: '3', pdus: Array(51).fill('{}'), edus: [] }), RangeError)
  await assert.rejects(us.sendTransaction(to, { txnId: '3', pdus: [], edus: Array(101).fill('{}') }), RangeError)
})

const everyCall = (us: FederationTransport, to: Parameters<FederationTransport['getVersion']>[0], user: UserId) =>
  [
    () => us.makeJoin(to, { roomId, userId, versions: ['12'] }),
    () => us.sendJoin(to, join),
    () => us.makeLeave(to, { roomId, userId }),
    () => us.sendLeave(to, join),
    () => us.sendKnock(to, join),
    () => us.invite(to, { ...join, roomVersion: '12', inviteRoomState: [] }),
    () => us.backfill(to, { roomId, from: [eventId], limit: 10 }),
    () => us.getMissingEvents(to, { roomId, earliest: [], latest: [eventId], limit: 10, minDepth: 0 }),
    () => us.getState(to, { roomId, eventId }),
    () => us.getStateIds(to, { roomId, eventId }),
    () => us.getEvent(to, eventId),
    () => us.getEventAuth(to, { roomId, eventId }),
    () => us.queryDirectory(to, parseRoomAlias('#a:x.se') ?? assert.fail()),
    () => us.queryProfile(to, { userId: user }),
    () => us.getUserDevices(to, user),
    () => us.queryUserKeys(to, new Map([[user, []]])),
    () => us.claimUserKeys(to, new Map([[user, new Map([[device('D'), 'a']])]])),
    () => us.sendTransaction(to, { txnId: '1', pdus: [], edus: [] }),
    () => us.getVersion(to),
  ] as const

test('no answer, however strange, makes a call throw: it is taken or it is bad', async () => {
  const { us, to, beta, user } = servers([200, {}])
  const names = [
    'event',
    'state',
    'auth_chain',
    'pdus',
    'events',
    'pdu_ids',
    'auth_chain_ids',
    'room_version',
    'room_id',
    'servers',
  ]
  const more = [
    'user_id',
    'stream_id',
    'devices',
    'device_keys',
    'master_keys',
    'one_time_keys',
    'server',
    'knock_room_state',
    'members_omitted',
  ]
  const key = fc.oneof(
    fc.constantFrom(...names, ...more, '__proto__', user, 'D', 'device_id', 'keys', 'error'),
    fc.string(),
  )
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Json>(null, true, 0, 200, '', user, '$e:x.se', '!r:x.se'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 5 }),
    ),
  }))
  await fc.assert(
    fc.asyncProperty(value, fc.nat(18), async (answer, which) => {
      beta.answering = () => [200, answer]
      const call = everyCall(us, to, user)[which] ?? assert.fail()
      assert.ok(['ok', 'bad-answer'].includes(kindOf(await call())))
    }),
    { numRuns: 300 },
  )
})

test('a failure becomes an error of ours: its meaning where a client needs it, never its words', () => {
  const destination = servers([200, {}]).to
  const refusal = (status: number, errcode: string | undefined, more: JsonObject = {}) =>
    matrixErrorOf({ kind: 'refused', destination, status, errcode, ...more })
  const cases: [ReturnType<typeof matrixErrorOf>, number, string][] = [
    [refusal(403, 'M_FORBIDDEN'), 403, 'M_FORBIDDEN'],
    [refusal(404, 'M_NOT_FOUND'), 404, 'M_NOT_FOUND'],
    [refusal(400, 'M_UNABLE_TO_GRANT_JOIN'), 400, 'M_UNABLE_TO_GRANT_JOIN'],
    [refusal(400, 'M_INVALID_PARAM'), 502, 'M_UNKNOWN'],
    [refusal(401, 'M_UNKNOWN_TOKEN'), 502, 'M_UNKNOWN'],
    [refusal(500, undefined), 502, 'M_UNKNOWN'],
    [matrixErrorOf({ kind: 'unreachable', destination, reason: 'timeout' }), 502, 'M_UNKNOWN'],
    [matrixErrorOf({ kind: 'bad-answer', destination, reason: 'x' }), 502, 'M_UNKNOWN'],
  ]
  for (const [error, status, errcode] of cases) assert.deepEqual([error.status, error.errcode], [status, errcode])
  const incompatible = refusal(400, 'M_INCOMPATIBLE_ROOM_VERSION', { roomVersion: '13' })
  assert.deepEqual(incompatible.toJSON()['room_version'], '13')
})
