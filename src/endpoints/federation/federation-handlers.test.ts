// What other servers are answered, on the wire: statuses, codes and forms. One server asks as beta, with signatures made here.
// spec: server-server-api

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { TestLine, type TestServer } from '#federation/servers-for-tests.ts'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { hashAndSign } from '#protocol/events/events.ts'
import { parseRoomAlias, type RoomId, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import { signRequest } from '#protocol/request-authentication/request-authentication.ts'
import { type RoomVersionId, roomVersion } from '#protocol/room-versions/room-versions.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'

const scope = scopeOfFile()
const crypto = loadCrypto()
let line: TestLine
let alfa: TestServer
let beta: TestServer
let anna: UserId
let bo: UserId
before(async () => {
  line = new TestLine(scope)
  alfa = await line.server('alfa.example')
  beta = await line.server('beta.example')
  anna = await alfa.user('anna')
  bo = await beta.user('bo')
})

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of any form
  readonly json: any
}

async function ask(method: string, target: string, body?: Json, authorization?: string): Promise<Answer> {
  const dispatch = line.loopback.dispatchOf(alfa.name) ?? assert.fail()
  const answer = await dispatch({
    method,
    target,
    headers: { host: alfa.name, ...(authorization !== undefined && { authorization }) },
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    signal: new AbortController().signal,
  })
  const pieces: Uint8Array[] = []
  for await (const piece of answer.body) pieces.push(piece)
  return { status: answer.status, json: JSON.parse(Buffer.concat(pieces).toString()) }
}

const askSigned = (method: string, uri: string, content?: Json): Promise<Answer> => {
  const request = { method, uri, origin: beta.name, destination: alfa.name, content }
  return ask(method, uri, content, signRequest(request, beta.signingKey))
}

const federation = '/_matrix/federation'
const path = (text: string) => encodeURIComponent(text)

test('the program tells its name and version', async () => {
  const { status, json } = await ask('GET', `${federation}/v1/version`)
  assert.deepEqual([status, json.server.name, typeof json.server.version], [200, 'Samband', 'string'])
})

test('a server at its own name has nothing well-known', async () => {
  const { status, json } = await ask('GET', '/.well-known/matrix/server')
  assert.deepEqual([status, json.errcode], [404, 'M_NOT_FOUND'])
})

test('the keys are those that sign, by the old path with a key ID too', async () => {
  for (const target of ['/_matrix/key/v2/server', '/_matrix/key/v2/server/ed25519:a']) {
    const { status, json } = await ask('GET', target)
    assert.deepEqual([status, json.server_name], [200, alfa.name])
    assert.equal(json.verify_keys['ed25519:a'].key, alfa.signingKey.publicKey)
  }
})

test('as a notary it passes on the keys of another server, signed by both', async () => {
  const one = await ask('GET', `/_matrix/key/v2/query/${beta.name}`)
  const many = await ask('POST', '/_matrix/key/v2/query', { server_keys: { [beta.name]: { 'ed25519:a': {} } } })
  for (const { status, json } of [one, many]) {
    assert.equal(status, 200)
    const [keys] = json.server_keys
    assert.equal(keys.server_name, beta.name)
    assert.deepEqual(Object.keys(keys.signatures).sort(), [alfa.name, beta.name])
  }
})

test('what must be signed is not answered without a signature', async () => {
  const roomId = await alfa.createRoom(anna)
  for (const [method, target] of [
    ['GET', `${federation}/v1/make_join/${path(roomId)}/${path(bo)}?ver=12`],
    ['GET', `${federation}/v1/backfill/${path(roomId)}?limit=1&v=%24a`],
    ['GET', `${federation}/v1/query/directory?room_alias=%23a%3Aalfa.example`],
  ] as const) {
    const { status, json } = await ask(method, target)
    assert.deepEqual([status, json.errcode], [401, 'M_UNAUTHORIZED'])
  }
})

test('make_join says which version the room has to a server that does not know it', async () => {
  const roomId = await alfa.createRoom(anna, { version: '11' })
  const base = `${federation}/v1/make_join/${path(roomId)}/${path(bo)}`
  for (const target of [base, `${base}?ver=1&ver=10`]) {
    const { status, json } = await askSigned('GET', target)
    assert.deepEqual([status, json.errcode, json.room_version], [400, 'M_INCOMPATIBLE_ROOM_VERSION', '11'])
  }
  const { json } = await askSigned('GET', `${base}?ver=11`)
  assert.deepEqual([json.room_version, json.event.sender, json.event.content.membership], ['11', bo, 'join'])
})

test('make_join refuses rooms that are not here, users of other servers, and those who are not invited', async () => {
  const open = await alfa.createRoom(anna)
  const closed = await alfa.createRoom(anna, { preset: 'private_chat' })
  const make = (roomId: string, userId: string) =>
    askSigned('GET', `${federation}/v1/make_join/${path(roomId)}/${path(userId)}?ver=12`)
  const answers = [await make('!none:alfa.example', bo), await make(open, '@cia:gamma.example'), await make(closed, bo)]
  assert.deepEqual(
    answers.map(({ status, json }) => [status, json.errcode]),
    [
      [404, 'M_NOT_FOUND'],
      [403, 'M_FORBIDDEN'],
      [403, 'M_FORBIDDEN'],
    ],
  )
})

async function joinEvent(roomId: RoomId, version: RoomVersionId): Promise<{ eventId: string; pdu: JsonObject }> {
  const { json } = await askSigned('GET', `${federation}/v1/make_join/${path(roomId)}/${path(bo)}?ver=${version}`)
  const draft = version === '1' ? { ...json.event, event_id: `$${roomId.slice(1, 18)}:${beta.name}` } : json.event
  const { event } = hashAndSign(draft, {
    version: roomVersion(version) ?? assert.fail(),
    serverName: beta.name,
    crypto,
    signingKey: beta.signingKey,
  })
  return event
}

for (const version of ['1', '10', '12'] as const) {
  test(`version ${version}: send_join answers with the state before the join, and v1 with a pair`, async () => {
    for (const form of ['v2', 'v1'] as const) {
      const roomId = await alfa.createRoom(anna, { version })
      const { eventId, pdu } = await joinEvent(roomId, version)
      const { status, json } = await askSigned(
        'PUT',
        `${federation}/${form}/send_join/${path(roomId)}/${path(eventId)}`,
        pdu,
      )
      assert.equal(status, 200, JSON.stringify(json))
      if (form === 'v1') assert.equal(json[0], 200)
      const answer = form === 'v1' ? json[1] : json
      const types = answer.state.map((event: JsonObject) => event['type'])
      assert.ok(types.includes('m.room.create'))
      assert.equal(types.filter((type: string) => type === 'm.room.member').length, 1)
      assert.equal(await alfa.membership(roomId, bo), 'join')
    }
  })
}

test('version 1: an event ID that is taken by an event of another room is refused', async () => {
  const one = await alfa.createRoom(anna, { version: '1' })
  const other = await alfa.createRoom(anna, { version: '1' })
  const send = async (roomId: RoomId) => {
    const { json } = await askSigned('GET', `${federation}/v1/make_join/${path(roomId)}/${path(bo)}?ver=1`)
    const parts = {
      version: roomVersion('1') ?? assert.fail(),
      serverName: beta.name,
      crypto,
      signingKey: beta.signingKey,
    }
    const { event } = hashAndSign({ ...json.event, event_id: '$same:beta.example' }, parts)
    return askSigned('PUT', `${federation}/v2/send_join/${path(roomId)}/${path(event.eventId)}`, event.pdu)
  }
  assert.equal((await send(one)).status, 200)
  assert.equal((await send(other)).status, 403)
  assert.equal(await alfa.membership(other, bo), undefined)
})

test('send_join refuses an event that is not the join that the path names', async () => {
  const roomId = await alfa.createRoom(anna)
  const { eventId, pdu } = await joinEvent(roomId, '12')
  const wrongId = await askSigned('PUT', `${federation}/v2/send_join/${path(roomId)}/%24${'a'.repeat(42)}A`, pdu)
  assert.equal(wrongId.status >= 400 && wrongId.status < 500, true)
  const asLeave = await askSigned('PUT', `${federation}/v2/send_leave/${path(roomId)}/${path(eventId)}`, pdu)
  assert.equal(asLeave.status, 400)
  const forged = { ...pdu, signatures: { [beta.name]: { 'ed25519:a': 'A'.repeat(86) } } }
  const unsigned = await askSigned('PUT', `${federation}/v2/send_join/${path(roomId)}/${path(eventId)}`, forged)
  assert.equal(unsigned.status, 403)
  assert.equal(await alfa.membership(roomId, bo), undefined)
})

test('a transaction in another server’s name is refused', async () => {
  const body = { origin: 'gamma.example', origin_server_ts: 1, pdus: [] }
  const { status, json } = await askSigned('PUT', `${federation}/v1/send/t1`, body)
  assert.deepEqual([status, json.errcode], [403, 'M_FORBIDDEN'])
})

test('a transaction with unknown and malformed EDUs is taken', async () => {
  const edus: Json[] = [{ edu_type: 'org.unknown', content: {} }, { edu_type: 'm.typing' }, { content: 7 }]
  const body = { origin: beta.name, origin_server_ts: 1, pdus: [], edus }
  const { status, json } = await askSigned('PUT', `${federation}/v1/send/t2`, body)
  assert.deepEqual([status, json], [200, { pdus: {} }])
})

test('a transaction with more PDUs than allowed is refused', async () => {
  const body = { origin: beta.name, origin_server_ts: 1, pdus: Array.from({ length: 51 }, () => ({})) }
  assert.equal((await askSigned('PUT', `${federation}/v1/send/t3`, body)).status, 400)
})

test('an alias leads to its room and to servers in it; an unknown one is not found', async () => {
  const roomId = await alfa.createRoom(anna)
  const alias = parseRoomAlias('#kansli:alfa.example') ?? assert.fail()
  await alfa.rooms.aliases.set(alias, roomId, anna)
  const found = await askSigned('GET', `${federation}/v1/query/directory?room_alias=${path(alias)}`)
  assert.deepEqual(found.json, { room_id: roomId, servers: [alfa.name] })
  const missing = await askSigned('GET', `${federation}/v1/query/directory?room_alias=${path('#x:alfa.example')}`)
  assert.deepEqual([missing.status, missing.json.errcode], [404, 'M_NOT_FOUND'])
})

test('the create event is in every auth chain but its own, once, also in version 12 where no event names it', async () => {
  const createKey = { type: 'm.room.create', stateKey: '' }
  for (const version of ['11', '12'] as const) {
    const roomId = await alfa.createRoom(anna, { version })
    const { eventId, pdu } = await joinEvent(roomId, version)
    const joined = await askSigned('PUT', `${federation}/v2/send_join/${path(roomId)}/${path(eventId)}`, pdu)
    const state = await askSigned('GET', `${federation}/v1/state/${path(roomId)}?event_id=${path(eventId)}`)
    const chain = await askSigned('GET', `${federation}/v1/event_auth/${path(roomId)}/${path(eventId)}`)
    for (const { json } of [joined, state, chain]) {
      assert.equal(json.auth_chain.filter((each: JsonObject) => each['type'] === 'm.room.create').length, 1, version)
    }
    const create = (await alfa.rooms.currentState(roomId, [createKey]))?.get(createKey.type, '')?.eventId ?? ''
    const own = await askSigned('GET', `${federation}/v1/event_auth/${path(roomId)}/${path(create)}`)
    assert.deepEqual(own.json, { auth_chain: [] })
  }
})

test('a query of a type that nobody knows is refused, signed or not', async () => {
  const known = await askSigned('GET', `${federation}/v1/query/weather?place=Kiruna`)
  assert.deepEqual([known.status, known.json.errcode], [404, 'M_UNRECOGNIZED'])
  assert.equal((await ask('GET', `${federation}/v1/query/weather`)).status, 401)
})

test('event, state, auth chain and history are answered to a server in the room, and belong to it', async () => {
  const roomId = await alfa.createRoom(anna)
  const { eventId, pdu } = await joinEvent(roomId, '12')
  await askSigned('PUT', `${federation}/v2/send_join/${path(roomId)}/${path(eventId)}`, pdu)
  const said = await alfa.say(roomId, anna, 'hej')
  const event = await askSigned('GET', `${federation}/v1/event/${path(said)}`)
  assert.deepEqual([event.json.origin, event.json.pdus[0].content.body], [alfa.name, 'hej'])
  const ids = await askSigned('GET', `${federation}/v1/state_ids/${path(roomId)}?event_id=${path(said)}`)
  const state = await askSigned('GET', `${federation}/v1/state/${path(roomId)}?event_id=${path(said)}`)
  assert.ok(ids.json.pdu_ids.includes(eventId))
  assert.equal(ids.json.pdu_ids.length, state.json.pdus.length)
  assert.equal(ids.json.auth_chain_ids.length, state.json.auth_chain.length)
  const chain = await askSigned('GET', `${federation}/v1/event_auth/${path(roomId)}/${path(said)}`)
  assert.ok(chain.json.auth_chain.some((each: JsonObject) => each['type'] === 'm.room.power_levels'))
  const history = await askSigned('GET', `${federation}/v1/backfill/${path(roomId)}?v=${path(said)}&limit=3`)
  assert.equal(history.json.pdus.length, 3)
  assert.equal(history.json.pdus[0].content.body, 'hej')

  const elsewhere = await alfa.createRoom(anna)
  const other = await askSigned(
    'GET',
    `${federation}/v1/state_ids/${path(roomId)}?event_id=${path(await alfa.say(elsewhere, anna, 'x'))}`,
  )
  assert.deepEqual([other.status, other.json.errcode], [404, 'M_NOT_FOUND'])
})

test('an invite must be of one of our users, by a user of who brings it, in a version that we know', async () => {
  const roomId = await beta.createRoom(bo)
  const invite = async (target: string, room_version: string) => {
    const draft = {
      type: 'm.room.member',
      room_id: roomId,
      sender: bo,
      state_key: target,
      content: { membership: 'invite' },
      origin_server_ts: 1,
      depth: 9,
      prev_events: [],
      auth_events: [],
    }
    const parts = {
      version: roomVersion('12') ?? assert.fail(),
      serverName: beta.name,
      crypto,
      signingKey: beta.signingKey,
    }
    const { event } = hashAndSign(draft, parts)
    const body = { room_version, event: event.pdu, invite_room_state: [] }
    return askSigned('PUT', `${federation}/v2/invite/${path(roomId)}/${path(event.eventId)}`, body)
  }
  const unknown = await invite(anna, 'org.example.99')
  assert.deepEqual([unknown.status, unknown.json.errcode], [400, 'M_INCOMPATIBLE_ROOM_VERSION'])
  const stranger = await invite('@vem:gamma.example', '12')
  assert.equal(stranger.status, 403)
  // Since v12 the create event must come along.
  const bare = await invite(anna, '12')
  assert.deepEqual([bare.status, bare.json.errcode], [400, 'M_INVALID_PARAM'])
  assert.equal(await alfa.rooms.roomOf(roomId, anna), undefined)
})
