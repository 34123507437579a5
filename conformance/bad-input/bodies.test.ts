// What clients send that is not as it should be: the error that the specification names, and nothing stored.
// spec: client-server-api #api-standards, #standard-error-response, #size-limits; appendices #canonical-json

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import { MAX_OWN_EVENT_BYTES } from '#protocol/size-limits/size-limits.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { type Person, type ServerUnderTest, startServer } from './server-under-test.ts'

const NOT_JSON = [400, 'M_NOT_JSON'] as const
const BAD_JSON = [400, 'M_BAD_JSON'] as const
const INVALID_PARAM = [400, 'M_INVALID_PARAM'] as const
const TOO_LARGE = [413, 'M_TOO_LARGE'] as const
const UNRECOGNIZED = [404, 'M_UNRECOGNIZED'] as const
const WRONG_METHOD = [405, 'M_UNRECOGNIZED'] as const

let server: ServerUnderTest
let anna: Person
let roomId: RoomId
const scope = scopeOfFile()
before(async () => {
  server = await startServer(scope)
  anna = await server.createUser('anna')
  roomId = await server.createRoom(anna)
})
after(() => assert.deepEqual(server.defects, []))

let transactions = 0
const sendPath = (type = 'm.room.message') =>
  `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/${encodeURIComponent(type)}/b${transactions++}`
const statePath = (type: string, key: string) =>
  `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/${encodeURIComponent(type)}/${encodeURIComponent(key)}`

const refusedBody = (expected: readonly [number, string], body: Json | Uint8Array | string, target = sendPath()) =>
  server.storesNothing(() => server.refused(expected, 'PUT', target, { token: anna.token, body }))

const nested = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`

/** Bytes that are JSON but for one that UTF-8 does not have. */
const brokenUtf8 = Buffer.concat([Buffer.from('{"body":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])
const overlongUtf8 = Buffer.concat([Buffer.from('{"body":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])

const bodies: readonly (readonly [name: string, expected: readonly [number, string], body: Uint8Array | string])[] = [
  ['nothing', NOT_JSON, ''],
  ['half an object', NOT_JSON, '{"body":"hej"'],
  ['something after the value', NOT_JSON, '{"body":"hej"} {}'],
  ['a comma too many', NOT_JSON, '{"body":"hej",}'],
  ['single quotes', NOT_JSON, "{'body':'hej'}"],
  ['NaN', NOT_JSON, '{"body":NaN}'],
  ['a form', NOT_JSON, 'body=hej&msgtype=m.text'],
  ['a bare control character', NOT_JSON, '{"body":"a\u0001b"}'],
  ['a byte order mark', NOT_JSON, '\ufeff{"body":"hej"}'],
  ['a byte that is no UTF-8', NOT_JSON, brokenUtf8],
  ['a slash that takes two bytes', NOT_JSON, overlongUtf8],
  ['UTF-16', NOT_JSON, Buffer.from('{"body":"hej"}', 'utf16le')],
  ['half a surrogate pair', BAD_JSON, '{"body":"\\ud83d"}'],
  ['a key twice', BAD_JSON, '{"body":"hej","body":"nej"}'],
  ['a key twice, once with an escape', BAD_JSON, '{"body":"hej","b\\u006fdy":"nej"}'],
  ['a list', BAD_JSON, '[{"body":"hej"}]'],
  ['a string', BAD_JSON, '"hej"'],
  ['null', BAD_JSON, 'null'],
  ['a fraction', BAD_JSON, '{"n":1.5}'],
  ['an integer beyond 2^53', BAD_JSON, '{"n":9007199254740993}'],
  ['an integer far below −2^53', BAD_JSON, '{"n":-99999999999999999999999}'],
  ['a number beyond every double', BAD_JSON, '{"n":1e400}'],
  ['a number deep inside', BAD_JSON, '{"a":[{"b":{"c":[0.1]}}]}'],
  ['more levels than are read', BAD_JSON, nested(10_000)],
  ['more levels than an event may have', BAD_JSON, nested(200)],
  ['an event of more than 65,536 bytes', TOO_LARGE, JSON.stringify({ body: 'a'.repeat(65_536) })],
  ['an event of more than 65,536 bytes of two-byte letters', TOO_LARGE, JSON.stringify({ body: 'å'.repeat(33_000) })],
  ['a body of more than 1 MiB', TOO_LARGE, JSON.stringify({ body: 'a'.repeat(1024 * 1024) })],
]

for (const [name, expected, body] of bodies) {
  test(`a message: ${name} is ${expected[1]}, and nothing is stored`, () => refusedBody(expected, body))
}

test('an event that is as large as it may be is taken, one byte more is not', async () => {
  const sizes = [64_000, 65_536]
  const taken = async (length: number) => {
    const asked = { token: anna.token, body: { body: 'a'.repeat(length) } }
    const { status } = await server.ask('PUT', sendPath(), asked)
    assert.ok(status === 200 || status === 413, `${status}`)
    return status === 200
  }
  let [most = 0, tooMuch = 0] = sizes
  assert.ok(await taken(most))
  while (tooMuch - most > 1) {
    const middle = (most + tooMuch) >> 1
    if (await taken(middle)) most = middle
    else tooMuch = middle
  }
  const { status, body } = await server.ask('PUT', sendPath(), { token: anna.token, body: { body: 'a'.repeat(most) } })
  assert.equal(status, 200)
  const known = await server.modules.rooms.event(String(body?.['event_id']) as never)
  const size = Buffer.byteLength(JSON.stringify(known?.event.pdu))
  assert.equal(size, MAX_OWN_EVENT_BYTES)
})

test('types and state keys have 255 bytes, not 255 letters', async () => {
  for (const long of ['a'.repeat(256), 'å'.repeat(128)]) {
    await refusedBody(INVALID_PARAM, { body: 'x' }, sendPath(long))
    await refusedBody(INVALID_PARAM, {}, statePath(long, ''))
    await refusedBody(INVALID_PARAM, {}, statePath('org.example.test', long))
  }
  for (const fits of ['a'.repeat(255), `${'å'.repeat(127)}a`]) {
    const { status } = await server.ask('PUT', statePath(fits, fits), { token: anna.token, body: {} })
    assert.equal(status, 200)
  }
})

test('identifiers that are too long or none are refused wherever they stand', async () => {
  const { token } = anna
  const long = `!${'a'.repeat(250)}:alfa.localhost`
  const room = (id: string) => `/_matrix/client/v3/rooms/${encodeURIComponent(id)}`
  await server.storesNothing(async () => {
    await server.refused(INVALID_PARAM, 'PUT', `${room(long)}/send/m.room.message/x`, { token, body: {} })
    await server.refused(INVALID_PARAM, 'PUT', `${room('rum')}/send/m.room.message/x`, { token, body: {} })
    await server.refused(INVALID_PARAM, 'PUT', `${room(roomId)}/send/m.room.message/${'x'.repeat(256)}`, {
      token,
      body: {},
    })
    await server.refused(BAD_JSON, 'POST', `${room(roomId)}/invite`, { token, body: { user_id: 7 } })
    const invalid = await server.ask('POST', `${room(roomId)}/invite`, { token, body: { user_id: 'bo' } })
    assert.deepEqual([invalid.status, invalid.body?.['errcode']], INVALID_PARAM)
    await server.refused([400, 'M_MISSING_PARAM'], 'POST', `${room(roomId)}/invite`, { token, body: {} })
  })
})

test('members of the wrong type are M_BAD_JSON, and no half of a room is made', async () => {
  const wrong: readonly JsonObject[] = [
    { name: 5 },
    { topic: [] },
    { invite: '@bo:beta.localhost' },
    { invite: [7] },
    { initial_state: {} },
    { initial_state: [{ type: 'm.room.topic', content: 'text' }] },
    { creation_content: [] },
    { power_level_content_override: 'all' },
    { is_direct: 'yes' },
    { room_version: 12 },
  ]
  for (const body of wrong) {
    await server.storesNothing(() =>
      server.refused(BAD_JSON, 'POST', '/_matrix/client/v3/createRoom', { token: anna.token, body }),
    )
  }
})

test('a room that fails at its last event is not made at all', async () => {
  const { token } = anna
  const initial_state = [{ type: 'org.example.large', state_key: '', content: { text: 'a'.repeat(70_000) } }]
  await server.storesNothing(() =>
    server.refused(TOO_LARGE, 'POST', '/_matrix/client/v3/createRoom', { token, body: { initial_state } }),
  )
  const unknown = { room_version: '99' }
  await server.storesNothing(() =>
    server.refused([400, 'M_UNSUPPORTED_ROOM_VERSION'], 'POST', '/_matrix/client/v3/createRoom', {
      token,
      body: unknown,
    }),
  )
})

test('members that nobody knows are passed over, or kept where content is free', async () => {
  const { token } = anna
  const created = await server.ask('POST', '/_matrix/client/v3/createRoom', { token, body: { 'org.example.x': [1] } })
  assert.equal(created.status, 200)
  const strange = '{"body":"hej","__proto__":{"isAdmin":true},"constructor":1,"nul":"a\\u0000b","10":1,"9":2}'
  const sent = await server.ask('PUT', sendPath(), { token, body: strange })
  assert.equal(sent.status, 200, JSON.stringify(sent.body))
  const eventId = encodeURIComponent(String(sent.body?.['event_id']))
  const read = await server.ask('GET', `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/event/${eventId}`, {
    token,
  })
  const content = (read.body?.['content'] ?? {}) as JsonObject
  assert.deepEqual(Object.entries(content).sort(), Object.entries(JSON.parse(strange)).sort())
  assert.equal('isAdmin' in content, false)
})

test('queries: a number that is none, a choice that is none, a token that we did not give', async () => {
  const { token } = anna
  const room = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}`
  const targets = [
    `${room}/messages?dir=b&limit=many`,
    `${room}/messages?dir=sideways`,
    `${room}/messages?dir=b&from=elsewhere`,
    `/_matrix/client/v3/sync?since=elsewhere`,
    `/_matrix/client/v3/sync?since=s1_2_3_4`,
    `/_matrix/client/v3/sync?timeout=-1`,
    `/_matrix/client/v3/keys/changes?from=elsewhere&to=s1`,
  ]
  for (const target of targets) await server.refused(INVALID_PARAM, 'GET', target, { token })
  await server.refused([400, 'M_MISSING_PARAM'], 'GET', '/_matrix/client/v3/keys/changes?to=s1', { token })
  const filter = encodeURIComponent('{"room":{"timeline":{"limit":"ten"}}}')
  await server.refused(BAD_JSON, 'GET', `/_matrix/client/v3/sync?filter=${filter}`, { token })
})

test('what nobody serves is 404 M_UNRECOGNIZED, under every prefix and in every form', async () => {
  const targets = [
    '/',
    '/_matrix',
    '/_matrix/client/v3/nothing',
    '/_matrix/client/v9/sync',
    '/_matrix/client/v3/sync/',
    '/_matrix/client/unstable/org.example/thing',
    '/_matrix/federation/v1/nothing',
    '/_matrix/key/v9/server',
    '/_matrix/media/v9/upload',
    '/_synapse/admin/v1/nothing',
    '/_matrix/client/v3/../../../etc/passwd',
    `/${'a/'.repeat(2_000)}`,
  ]
  for (const target of targets) {
    for (const method of ['GET', 'PUT', 'POST', 'DELETE']) {
      await server.refused(UNRECOGNIZED, method, target, { token: anna.token })
    }
  }
})

test('a method that the path does not take is 405 M_UNRECOGNIZED, and the answer names those that it does', async () => {
  const wrong = [
    ['DELETE', '/_matrix/client/v3/sync'],
    ['PUT', '/_matrix/client/v3/createRoom'],
    ['PATCH', '/_matrix/client/v3/login'],
    ['POST', sendPath()],
    ['GET', '/_matrix/federation/v1/send/1'],
    ['POST', '/_matrix/key/v2/server'],
  ] as const
  for (const [method, target] of wrong) {
    await server.refused(WRONG_METHOD, method, target, { token: anna.token })
    const { headers } = await server.ask(method, target)
    assert.match(String(headers['allow']), /^[A-Z]+(, [A-Z]+)*$/)
  }
})

test('a path whose percent-encoding is no UTF-8 is refused, not guessed', async () => {
  for (const bad of ['%ff', '%c3%28', '%', '%zz', '%ed%a0%80']) {
    const target = `/_matrix/client/v3/rooms/${bad}/members`
    assert.equal((await server.ask('GET', target, { token: anna.token })).status, 400, bad)
  }
})
