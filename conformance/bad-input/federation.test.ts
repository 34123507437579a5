// What other servers send that is not as it should be: refused by name, and nothing of it stored.
// spec: server-server-api #request-authentication, #transactions, #checks-performed-on-receipt-of-a-pdu; client-server-api #size-limits

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { EventId, RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import { type Json, type JsonObject, parseJson } from '#protocol/json/json.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { alfa, beta, type Person, type ServerUnderTest, startServer } from './server-under-test.ts'
import { keyOf, type Sending, Stranger } from './stranger.ts'

const UNAUTHORIZED = [401, 'M_UNAUTHORIZED'] as const
const FORBIDDEN = [403, 'M_FORBIDDEN'] as const

const scope = scopeOfFile()
let server: ServerUnderTest
let anna: Person
let gamma: Stranger
let roomId: RoomId
before(async () => {
  server = await startServer(scope, {
    SAMBAND_FEDERATION__REQUEST_TIMEOUT: '1s',
    SAMBAND_FEDERATION__FIRST_RETRY: '1m',
  })
  anna = await server.createUser('anna')
  gamma = new Stranger(server, 'gamma.example', 3)
  roomId = await server.createRoom(anna, { room_version: '12' })
  await gamma.join(roomId)
})
after(() => assert.deepEqual(server.defects, []))

const version = '/_matrix/federation/v1/query/profile?user_id=%40anna%3Aalfa.localhost'
const isThere = async (eventId: EventId) => (await server.modules.rooms.event(eventId)) !== undefined
const asJson = (text: string) => parseJson(text).ok as JsonObject
const extremities = async () => (await server.modules.rooms.head(roomId))?.extremities.map(({ eventId }) => eventId)

/** Sends PDUs that must leave no trace. @returns what was said of each. */
async function storesNone(pdus: readonly JsonObject[], ids: readonly EventId[]): Promise<JsonObject> {
  let said: JsonObject = {}
  await server.storesNothing(async () => {
    said = await gamma.transact(pdus)
  })
  for (const eventId of ids) assert.equal(await isThere(eventId), false, 'the event is known')
  return said
}

test('a request that is signed as it should be is answered: the others are not refused for another reason', async () => {
  assert.equal((await gamma.send('GET', version)).status, 200)
})

const wrongSignatures: readonly (readonly [name: string, sending: Sending])[] = [
  ['of another key under the same name', { key: keyOf(9) }],
  ['for another destination', { destination: 'delta.example' as ServerName }],
  ['for the other tenant of the process', { destination: beta }],
  ['in the name of a server whose keys cannot be had', { origin: 'nowhere.invalid' as ServerName }],
  ['in the name of the other tenant', { origin: beta }],
  ['in the name of the server itself', { origin: alfa }],
]
for (const [name, sending] of wrongSignatures) {
  test(`a signature ${name} is M_UNAUTHORIZED, and nothing is stored`, async () => {
    const { event, json } = gamma.sign(await gamma.draft(roomId))
    const target = '/_matrix/federation/v1/send/wrong'
    const content = { ...gamma.transaction([asJson(json)]), origin: sending.origin ?? gamma.name }
    await server.storesNothing(() =>
      server.refused(UNAUTHORIZED, 'PUT', target, gamma.signed('PUT', target, { content, ...sending })),
    )
    assert.equal(await isThere(event.eventId), false)
  })
}

test('a request that was changed after it was signed is M_UNAUTHORIZED', async () => {
  const content = gamma.transaction([])
  const target = '/_matrix/federation/v1/send/changed'
  const asked = gamma.signed('PUT', target, { content })
  const changed = { ...content, edus: [{ edu_type: 'm.typing', content: {} }] }
  await server.refused(UNAUTHORIZED, 'PUT', target, { ...asked, body: changed })
  await server.refused(UNAUTHORIZED, 'PUT', `${target}2`, asked)
  await server.refused(UNAUTHORIZED, 'GET', version, gamma.signed('GET', `${version}&field=displayname`))
})

test('no signature, a bearer token, and headers that are none are M_UNAUTHORIZED', async () => {
  await server.refused(UNAUTHORIZED, 'GET', version)
  await server.refused(UNAUTHORIZED, 'GET', version, { token: anna.token })
  for (const authorization of [
    'X-Matrix',
    'X-Matrix origin=',
    'X-Matrix key="ed25519:a",sig="AA"',
    'x'.repeat(9_000),
  ]) {
    await server.refused(UNAUTHORIZED, 'GET', version, { headers: { authorization } })
  }
})

test('a transaction in the name of another than who signed it is M_FORBIDDEN, and nothing is stored', async () => {
  const { json } = gamma.sign(await gamma.draft(roomId))
  const content = { ...gamma.transaction([asJson(json)]), origin: 'delta.example' }
  const target = '/_matrix/federation/v1/send/foreign'
  await server.storesNothing(() => server.refused(FORBIDDEN, 'PUT', target, gamma.signed('PUT', target, { content })))
})

test('a transaction that is no JSON, no object, or too much is refused whole', async () => {
  const target = '/_matrix/federation/v1/send/bad'
  const put = (expected: readonly [number, string], sending: Sending) =>
    server.storesNothing(() => server.refused(expected, 'PUT', target, gamma.signed('PUT', target, sending)))
  const { json } = gamma.sign(await gamma.draft(roomId))
  const pdu = asJson(json)
  await put([400, 'M_NOT_JSON'], { sent: '{"pdus":[' })
  await put([400, 'M_NOT_JSON'], { sent: Buffer.from([0x7b, 0xff, 0x7d]) })
  await put([400, 'M_BAD_JSON'], { sent: '{"origin":"gamma.example","origin":"gamma.example"}' })
  await put([400, 'M_BAD_JSON'], { content: { ...gamma.transaction([]), pdus: {} } })
  await put([400, 'M_BAD_JSON'], { content: { ...gamma.transaction([]), pdus: ['text'] } })
  await put([400, 'M_MISSING_PARAM'], { content: { origin: gamma.name, origin_server_ts: 1 } })
  const many = await gamma.send('PUT', target, { content: gamma.transaction(Array.from({ length: 51 }, () => pdu)) })
  assert.equal(many.status, 400)
  const edus = Array.from({ length: 101 }, () => ({ edu_type: 'm.typing', content: {} }))
  assert.equal((await gamma.send('PUT', target, { content: gamma.transaction([], edus) })).status, 400)
  assert.equal(await isThere(gamma.sign(pdu).event.eventId), false)
})

test('a transaction that comes again has the same answer, whatever it now says, and is taken once', async () => {
  const first = gamma.sign(await gamma.draft(roomId, { content: { body: 'en' } }))
  const target = '/_matrix/federation/v1/send/again'
  const answer = await gamma.send('PUT', target, { content: gamma.transaction([asJson(first.json)]) })
  assert.deepEqual(answer.body, { pdus: { [first.event.eventId]: {} } })
  const other = gamma.sign(await gamma.draft(roomId, { content: { body: 'annan' } }))
  await server.storesNothing(async () => {
    for (const { json } of [first, other]) {
      const again = await gamma.send('PUT', target, { content: gamma.transaction([asJson(json)]) })
      assert.deepEqual(again.body, answer.body)
    }
  })
  assert.equal(await isThere(other.event.eventId), false)
})

test('events over a limit of the format are refused, and the good one beside them is taken', async () => {
  const draft = await gamma.draft(roomId)
  const deep = JSON.parse(`${'['.repeat(150)}${']'.repeat(150)}`) as Json
  const limits: readonly JsonObject[] = [
    { content: { body: 'a'.repeat(66_000) } },
    { type: 'å'.repeat(128) },
    { state_key: 'a'.repeat(256) },
    { sender: `@${'a'.repeat(250)}:gamma.example` },
    { content: { n: 1.5 } },
    { content: { n: 2 ** 60 } },
    { content: { deep } },
    { content: 'text' },
    { type: 7 },
    { depth: -1 },
    { depth: 'deep' },
    { prev_events: 'all' },
    { auth_events: [7] },
    { origin_server_ts: 'now' },
    { hashes: {} },
    { signatures: [] },
  ]
  const forged = limits.map((more) => gamma.forge({ ...draft, ...more }))
  await storesNone(
    forged.map(({ pdu }) => pdu),
    forged.map(({ eventId }) => eventId),
  )
  const good = gamma.forge({ ...draft, content: { body: 'bra' } })
  const said = await gamma.transact([...forged.map(({ pdu }) => pdu), good.pdu])
  assert.deepEqual(said[good.eventId], {})
  assert.ok(await isThere(good.eventId))
})

test('wrong, missing and foreign event signatures are refused, and nothing is stored', async () => {
  const { event, json } = gamma.sign(await gamma.draft(roomId))
  const pdu = asJson(json)
  const wrong = { [gamma.name]: { [gamma.key.keyId]: 'A'.repeat(86) } }
  const foreign = { 'delta.example': (pdu['signatures'] as JsonObject)[gamma.name] ?? {} }
  for (const signatures of [wrong, foreign, {}]) {
    const said = await storesNone([{ ...pdu, signatures }], [event.eventId])
    assert.ok((said[event.eventId] as JsonObject)['error'])
  }
  const other = gamma.sign({ ...pdu, sender: anna.userId })
  const said = await storesNone([asJson(other.json)], [other.event.eventId])
  assert.ok((said[other.event.eventId] as JsonObject)['error'])
})

test('events of a room that we are not in are not taken, and no room is made', async () => {
  const elsewhere = `!${'E'.repeat(43)}` as RoomId
  const { event, json } = gamma.sign({ ...(await gamma.draft(roomId)), room_id: elsewhere })
  await storesNone([asJson(json)], [event.eventId])
  assert.equal(await server.modules.rooms.head(elsewhere), undefined)
})

test('an event that stands on auth events of another room is rejected: nobody sees it and nothing stands on it', async () => {
  const other = await server.createRoom(anna, { room_version: '12' })
  await gamma.join(other)
  const { auth_events = [] } = await gamma.draft(other)
  const { event, json } = gamma.sign(await gamma.draft(roomId, { auth_events }))
  const before = await extremities()
  await gamma.transact([asJson(json)])
  assert.notEqual((await server.modules.rooms.event(event.eventId))?.rejected, false)
  assert.deepEqual(await extremities(), before)
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/event/${encodeURIComponent(event.eventId)}`
  await server.refused([404, 'M_NOT_FOUND'], 'GET', path, { token: anna.token })
})

test('a flood of previous events costs nothing, or a bounded number of questions, and stores nothing', async () => {
  const unknown = (count: number) => Array.from({ length: count }, (_, index) => `$${String(index).padEnd(43, 'A')}`)
  const draft = await gamma.draft(roomId)
  const asked = gamma.asked.length
  const tooMany = gamma.forge({ ...draft, prev_events: unknown(21) })
  const authFlood = gamma.forge({ ...draft, auth_events: unknown(11) })
  await storesNone([tooMany.pdu, authFlood.pdu], [tooMany.eventId, authFlood.eventId])
  assert.equal(gamma.asked.length, asked, 'nobody is asked for what can never be taken')
  const most = Array.from({ length: 10 }, (_, index) =>
    gamma.sign({ ...draft, prev_events: unknown(20), content: { index } }),
  )
  await storesNone(
    most.map(({ json }) => asJson(json)),
    most.map(({ event }) => event.eventId),
  )
  assert.ok(gamma.asked.length - asked <= 50, `${gamma.asked.length - asked} questions for ten events`)
})

test('memberships: an unknown room, another event than the path names, and a sender of another server', async () => {
  const path = (id: string, eventId: string) =>
    `/_matrix/federation/v2/send_join/${encodeURIComponent(id)}/${encodeURIComponent(eventId)}`
  const { event, json } = gamma.sign(
    await gamma.draft(roomId, { type: 'm.room.member', state_key: gamma.user, content: { membership: 'join' } }),
  )
  const content = asJson(json)
  const put = (expected: readonly [number, string], target: string, body: Json) =>
    server.storesNothing(() => server.refused(expected, 'PUT', target, gamma.signed('PUT', target, { content: body })))
  await put([404, 'M_NOT_FOUND'], path(`!${'I'.repeat(43)}`, event.eventId), content)
  await put([400, 'M_INVALID_PARAM'], path(roomId, `$${'E'.repeat(43)}`), content)
  await put([400, 'M_INVALID_PARAM'], path(roomId, gamma.sign({ ...content, type: 'm.room.message' }).event.eventId), {
    ...asJson(gamma.sign({ ...content, type: 'm.room.message' }).json),
  })
  const make = `/_matrix/federation/v1/make_join/${encodeURIComponent(roomId)}`
  const foreign = `${make}/${encodeURIComponent('@vem:delta.example')}?ver=12`
  await server.refused(FORBIDDEN, 'GET', foreign, gamma.signed('GET', foreign))
  const old = `${make}/${encodeURIComponent(gamma.user)}?ver=1`
  const refused = await server.refused([400, 'M_INCOMPATIBLE_ROOM_VERSION'], 'GET', old, gamma.signed('GET', old))
  assert.equal(refused?.['room_version'], '12')
})

test('a server that is not in a room is told nothing of it', async () => {
  const hidden = await server.createRoom(anna, { preset: 'private_chat' })
  const [eventId] = (await server.modules.rooms.head(hidden))?.extremities.map((each) => each.eventId) ?? []
  const [room, event] = [encodeURIComponent(hidden), encodeURIComponent(String(eventId))]
  for (const target of [
    `/_matrix/federation/v1/event/${event}`,
    `/_matrix/federation/v1/state/${room}?event_id=${event}`,
    `/_matrix/federation/v1/state_ids/${room}?event_id=${event}`,
    `/_matrix/federation/v1/backfill/${room}?v=${event}&limit=10`,
    `/_matrix/federation/v1/event_auth/${room}/${event}`,
    `/_matrix/federation/v1/make_join/${room}/${encodeURIComponent(gamma.user)}?ver=12&ver=11`,
  ]) {
    await server.refused(FORBIDDEN, 'GET', target, gamma.signed('GET', target))
  }
})

test('EDUs that are wrong in any way lose nobody else, and are no defect', async () => {
  const wrong: readonly Json[] = [
    {},
    { edu_type: 'org.example.unknown', content: {} },
    { edu_type: 7, content: 7 },
    { edu_type: 'm.typing', content: { room_id: 7, user_id: [], typing: 'yes' } },
    { edu_type: 'm.typing', content: { room_id: roomId, user_id: anna.userId, typing: true } },
    { edu_type: 'm.receipt', content: { [roomId]: { 'm.read': { [anna.userId]: { event_ids: ['$x'], data: {} } } } } },
    { edu_type: 'm.receipt', content: { nothing: 5 } },
    { edu_type: 'm.presence', content: { push: 'x' } },
    { edu_type: 'm.direct_to_device', content: { sender: anna.userId, type: 'x', message_id: 'm', messages: {} } },
    { edu_type: 'm.device_list_update', content: { user_id: anna.userId, device_id: 'X', stream_id: 1 } },
    { edu_type: 'm.signing_key_update', content: { user_id: anna.userId, master_key: 7 } },
  ]
  await server.storesNothing(() => gamma.transact([], wrong))
  assert.deepEqual(server.modules.ephemeral.typing.in(roomId), [])
  await gamma.transact([], [...wrong, { edu_type: 'm.typing', content: typingOf(gamma) }])
  assert.deepEqual(server.modules.ephemeral.typing.in(roomId), [gamma.user])
})

const typingOf = ({ user }: Stranger): JsonObject => ({ room_id: roomId, user_id: user, typing: true })

test('a server that never answers costs one bounded wait, and after that nothing', async () => {
  const silent = new Stranger(server, 'silent.example', 5)
  silent.answering = () => new Promise<never>(() => undefined)
  const ask = async () => {
    const target = `/_matrix/client/v3/profile/${encodeURIComponent(silent.user)}`
    const { status, body } = await server.ask('GET', target, { token: anna.token })
    assert.equal(status, 502, JSON.stringify(body))
  }
  await ask()
  await Promise.all(Array.from({ length: 20 }, ask))
  // Nobody asked it again, so nobody waited for it again.
  assert.equal(silent.asked.length, 1)
})

test('a server whose keys never come is M_UNAUTHORIZED after one bounded wait, however often it calls', async () => {
  const hidden = new Stranger(server, 'hidden.example', 7)
  hidden.hidesKeys = true
  const call = () => server.refused(UNAUTHORIZED, 'GET', version, hidden.signed('GET', version))
  await Promise.all(Array.from({ length: 20 }, call))
  await call()
  assert.equal(hidden.keysAsked, 1)
  assert.equal((await gamma.send('GET', version)).status, 200)
})

test('people here are served while another server is silent', async () => {
  const mute = new Stranger(server, 'mute.example', 6)
  mute.answering = () => new Promise<never>(() => undefined)
  const waiting = Array.from({ length: 30 }, (_, index) =>
    server.ask('POST', '/_matrix/client/v3/keys/query', {
      token: anna.token,
      body: { device_keys: { [`@p${index}:mute.example`]: [] }, timeout: 1_000 },
    }),
  )
  const sent = await server.ask(
    'PUT',
    `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/mute`,
    {
      token: anna.token,
      body: { body: 'hej' },
    },
  )
  assert.equal(sent.status, 200)
  for (const { status, body } of await Promise.all(waiting)) {
    assert.equal(status, 200)
    assert.ok('mute.example' in ((body?.['failures'] ?? {}) as JsonObject), JSON.stringify(body))
  }
})
