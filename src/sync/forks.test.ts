// Rooms whose history forks, as other servers make it: events that arrive late, and states that a resolution changes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { type Random, seededRandom } from '#platform/random/random.ts'
import { authEventKeys } from '#protocol/auth-events/auth-events.ts'
import { buildEvent } from '#protocol/events/events.ts'
import { parseServerName, type RoomId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { KnownEvent } from '#rooms/rooms.ts'
import { aMessage, anna, aRoom, timelineOf } from '#rooms/rooms-for-tests.ts'
import { Model, modelMatches } from './client-model-for-tests.ts'
import { aDevice, type SyncServer, syncServer } from './sync-for-tests.ts'

const crypto = loadCrypto()
const serverName = parseServerName('alfa.example') ?? assert.fail()
/** The key that the server of the tests signs with: what comes in is as if it came back from another server. */
const signingKey = crypto.signingKeyFromSeed(new Uint8Array(32).fill(serverName.length), 'a')

/** Takes in an event that was made when `previous` was the room's newest. */
async function fork(
  server: SyncServer,
  roomId: RoomId,
  previous: KnownEvent,
  subject: { topic?: string; body?: string },
) {
  const { version } = previous.event
  const { topic, body } = subject
  const isTopic = topic !== undefined
  const content: JsonObject = isTopic ? { topic } : { msgtype: 'm.text', body: body ?? '' }
  const type = isTopic ? 'm.room.topic' : 'm.room.message'
  const draft = { type, stateKey: isTopic ? '' : undefined, sender: anna, content }
  const keys = authEventKeys(draft, version)
  const state = await server.rooms.stateEventsAt(previous.stateAfter ?? assert.fail(), keys)
  const built = buildEvent(
    {
      ...draft,
      roomId,
      originServerTs: server.clock.now() + previous.event.depth,
      depth: previous.event.depth + 1,
      prevEvents: [previous.event.eventId],
      authEvents: keys.flatMap(({ type, stateKey }) => state.get(type, stateKey)?.eventId ?? []),
    },
    { version, serverName, crypto, signingKey },
  )
  const [outcome] = await server.rooms.receive(serverName, roomId, [built.event.pdu])
  assert.equal(outcome?.outcome, 'accepted')
}

async function something(server: SyncServer, random: Random, roomId: RoomId, n: number) {
  const what = random.fraction()
  const topic = random.fraction() < 0.4 ? `${n}` : undefined
  if (what < 0.5) {
    const state = { type: 'm.room.topic', stateKey: '', sender: anna, content: { topic: topic ?? '' } }
    await server.rooms.send(roomId, topic === undefined ? aMessage(`${n}`) : state)
    return
  }
  const history = await timelineOf(server.rooms, roomId)
  // Behind the first events, which make the room.
  const previous = history[6 + Math.floor(random.fraction() * (history.length - 6))] ?? assert.fail()
  await fork(server, roomId, previous, topic === undefined ? { body: `${n}` } : { topic })
}

for (const seed of [1, 2, 3, 4]) {
  test(`in a room that forks a client knows the state as it is resolved, and misses no event (history ${seed})`, async (t) => {
    const random = seededRandom(seed)
    const server = await syncServer(t)
    const roomId = await server.rooms.create(aRoom())
    await server.rooms.send(roomId, aMessage('first'))
    const model = new Model(server, await aDevice(server, anna), { stateAfter: true })
    for (let n = 0; n < 40; n++) {
      await something(server, random, roomId, n)
      if (random.fraction() < 0.3) await model.sync(roomId, random.fraction() < 0.5 ? 1 : 3)
    }
    await model.sync(roomId, 3)
    await modelMatches(server, model, roomId)
  })
}
