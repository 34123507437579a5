// The results of a transaction's PDUs, taken in by real rooms of one server from another.
// spec: server-server-api, PUT /_matrix/federation/v1/send/{txnId}

import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { DatabaseUnavailable, statement } from '#platform/database/database.ts'
import { testDatabase } from '#platform/database/test-database.ts'
import { logTo } from '#platform/log/log.ts'
import { hashAndSign } from '#protocol/events/events.ts'
import type { EventId, RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { roomVersion } from '#protocol/room-versions/room-versions.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { settle, type TestLine, TestServer, twoServers } from '../servers-for-tests.ts'
import { answerText, takePdus } from './take-pdus.ts'

const scope = scopeOfFile()
const crypto = loadCrypto()
const log = logTo({ write() {} })
let line: TestLine
let alfa: TestServer
let beta: TestServer
let anna: UserId
let bo: UserId
before(async () => {
  ;({ line, alfa, beta, anna, bo } = await twoServers(scope))
})
beforeEach(() => {
  beta.answer = undefined
})

const take = (pdus: readonly JsonObject[]) => takePdus(beta.name, pdus, { rooms: alfa.rooms, log })

async function sharedRoom(): Promise<RoomId> {
  const roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  return roomId
}

interface Unsent {
  readonly eventId: EventId
  readonly pdu: JsonObject
}

/** Messages of bo's that alfa has not been sent, each on the one before. */
async function unsent(roomId: RoomId, ...bodies: readonly string[]): Promise<Unsent[]> {
  const ids: EventId[] = []
  await beta.unsent(async () => {
    for (const body of bodies) ids.push(await beta.say(roomId, bo, body))
  })
  return Promise.all(
    ids.map(async (eventId) => ({ eventId, pdu: (await beta.rooms.event(eventId))?.event.pdu ?? assert.fail() })),
  )
}

/** Another event of beta's in the place of this one. */
function instead({ pdu }: Unsent, more: JsonObject): Unsent {
  const { hashes: _, signatures: __, ...rest } = pdu
  const version = roomVersion('12') ?? assert.fail()
  const { event } = hashAndSign(
    { ...rest, ...more },
    { version, serverName: beta.name, crypto, signingKey: beta.signingKey },
  )
  return { eventId: event.eventId, pdu: event.pdu }
}

const first = (list: readonly Unsent[]): Unsent => list[0] ?? assert.fail()
const second = (list: readonly Unsent[]): Unsent => list[1] ?? assert.fail()

test('the events of a room are taken in their order, without asking for what comes with them', async () => {
  const roomId = await sharedRoom()
  const events = await unsent(roomId, 'ett', 'två', 'tre')
  beta.answer = () => assert.fail('Nothing is missing.')
  const results = await take(events.map(({ pdu }) => pdu))
  assert.deepEqual(
    [...results],
    events.map(({ eventId }) => [eventId, undefined]),
  )
  assert.deepEqual(await alfa.messages(roomId), ['ett', 'två', 'tre'])
})

test('rooms do not wait for each other: one that waits for another server holds up none', async () => {
  const [slow, quick] = [await sharedRoom(), await sharedRoom()]
  const late = second(await unsent(slow, 'borta', 'sist'))
  const prompt = first(await unsent(quick, 'genast'))
  const open = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  beta.answer = async (request) => {
    asked.resolve()
    await open.promise
    return beta.dispatch(request)
  }
  const taking = take([late.pdu, prompt.pdu])
  await asked.promise
  while ((await alfa.messages(quick)).length === 0) await new Promise(setImmediate)
  assert.deepEqual(await alfa.messages(slow), [])
  open.resolve()
  assert.deepEqual(new Map(await taking), new Map([late, prompt].map(({ eventId }) => [eventId, undefined])))
  assert.deepEqual(await alfa.messages(slow), ['borta', 'sist'])
})

test('rejected, soft-failed and waiting events are no errors, refused ones are', async () => {
  const [roomId, other, gap] = [await sharedRoom(), await sharedRoom(), await sharedRoom()]
  const [good, banned, waiting] = [
    first(await unsent(roomId, 'bra')),
    first(await unsent(other, 'bannad')),
    second(await unsent(gap, 'borta', 'väntar')),
  ]
  await alfa.rooms.changeMembership({ roomId: other, sender: anna, target: bo, membership: 'ban' })
  const rejected = instead(good, { type: 'm.room.topic', state_key: '', content: { topic: 'x' } })
  const forged = instead(good, { content: { msgtype: 'm.text', body: 'förfalskad' } })
  const signatures = { [beta.name]: { [beta.signingKey.keyId]: 'A'.repeat(86) } }
  beta.answer = () => Promise.reject(new Error('gone'))
  const results = await take([good.pdu, rejected.pdu, { ...forged.pdu, signatures }, banned.pdu, waiting.pdu])
  for (const { eventId } of [good, rejected, banned, waiting]) {
    assert.ok(results.has(eventId))
    assert.equal(results.get(eventId), undefined)
  }
  const sentence = results.get(forged.eventId)
  assert.match(sentence ?? '', /\w+ .*\./)
  assert.deepEqual(JSON.parse(answerText(results)).pdus[forged.eventId], { error: sentence })
  assert.equal(results.size, 5)
  assert.equal((await alfa.rooms.event(rejected.eventId))?.rejected, true)
  assert.deepEqual(await alfa.messages(other), [])
})

test('a room that is not known loses no other room', async () => {
  const roomId = await sharedRoom()
  const good = first(await unsent(roomId, 'bra'))
  const results = await take([{ room_id: '!a:x', event_id: '$1', type: 'm.room.message' }, good.pdu])
  assert.equal(typeof results.get('$1'), 'string')
  assert.ok(results.has(good.eventId))
  assert.equal(results.get(good.eventId), undefined)
})

const breakTable = statement('test.break_table', 'alter table event rename to event_elsewhere')
const mendTable = statement('test.mend_table', 'alter table event_elsewhere rename to event')

test('a defect is not told to the other server', async () => {
  const roomId = await sharedRoom()
  const { pdu } = instead(first(await unsent(roomId, 'bra')), { event_id: '$named' })
  await alfa.database.run(breakTable)
  const results = await take([pdu])
  await alfa.database.run(mendTable)
  assert.equal(results.get('$named'), 'The event could not be taken in.')
})

test('when we cannot now, the whole transaction is to come again', async () => {
  const { database, connections } = await testDatabase(scope)
  const closed = new TestServer('closed.example' as ServerName, database, line, 9)
  await closed.start()
  await closed.running.stop()
  await connections.close()
  const pdu = { room_id: '!a:x', event_id: '$1', type: 'm.room.message' }
  await assert.rejects(takePdus(beta.name, [pdu], { rooms: closed.rooms, log }), DatabaseUnavailable)
})

test('what is in no room has no result', async () => {
  const results = await take([{ type: 'm.room.message' }, { room_id: 7 }, { room_id: 'room', event_id: '$1' }])
  assert.equal(answerText(results), '{"pdus":{}}')
})
