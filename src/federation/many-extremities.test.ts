// A room whose history has more ends than one event may name: what is sent then stands on the state of those that it names, on every server.
// spec: server-server-api #pdus (prev_events: at most 20), #soft-failure

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { authEventKeys } from '#protocol/auth-events/auth-events.ts'
import { buildEvent } from '#protocol/events/events.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { assertSame, settle, type TestLine, type TestServer, twoServers } from './servers-for-tests.ts'

const scope = scopeOfFile()
const crypto = loadCrypto()
const ENDS = 25
let line: TestLine
let alfa: TestServer
let beta: TestServer
let anna: UserId
let bo: UserId
before(async () => {
  ;({ line, alfa, beta, anna, bo } = await twoServers(scope))
})

interface BranchDraft {
  readonly type: string
  readonly stateKey: string
  readonly content: JsonObject
}

const aTopic = (n: number): BranchDraft => ({ type: 'm.room.topic', stateKey: '', content: { topic: `${n}` } })

/** Events of bo's that all stand on what is the room's newest, the first of them latest by their own clock, so that they win; sent to both servers. */
async function branch(roomId: RoomId, drafts: readonly BranchDraft[]): Promise<EventId[]> {
  const head = (await beta.rooms.head(roomId)) ?? assert.fail()
  const newest = (await beta.timeline(roomId)).at(-1) ?? assert.fail()
  const { version } = newest.event
  const pdus: JsonObject[] = []
  const ids: EventId[] = []
  for (const [n, draft] of drafts.entries()) {
    const keys = authEventKeys({ ...draft, sender: bo }, version)
    const state = await beta.rooms.currentState(roomId, keys)
    const { event } = buildEvent(
      {
        ...draft,
        sender: bo,
        roomId,
        originServerTs: line.clock.now() + 1_000 - n,
        depth: newest.event.depth + 1,
        prevEvents: head.extremities.map(({ eventId }) => eventId),
        authEvents: keys.flatMap(({ type, stateKey }) => state?.get(type, stateKey)?.eventId ?? []),
      },
      { version, serverName: beta.name, crypto, signingKey: beta.signingKey },
    )
    pdus.push(event.pdu)
    ids.push(event.eventId)
  }
  for (const server of [alfa, beta]) {
    const outcomes = await server.rooms.receive(beta.name, roomId, pdus)
    assert.ok(outcomes.every(({ outcome }) => outcome === 'accepted'))
  }
  return ids
}

async function sharedRoom(): Promise<RoomId> {
  const roomId = await alfa.createRoom(anna, { powerLevelContentOverride: { users: { [bo]: 50 } } })
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  return roomId
}

const endsOf = async ({ rooms }: TestServer, roomId: RoomId) => (await rooms.head(roomId))?.extremities.length

const stateBefore = async ({ rooms }: TestServer, eventId: EventId): Promise<EventId[] | undefined> =>
  (await rooms.serving.stateBefore(eventId))?.state.map(({ event }) => event.eventId).sort()

test('prev_events: an event that cannot name all ends stands on the state of the twenty that it names, here and on the server that gets it', async () => {
  const roomId = await sharedRoom()
  const topics = await branch(
    roomId,
    Array.from({ length: ENDS }, (_, n) => aTopic(n)),
  )
  assert.equal(await endsOf(alfa, roomId), ENDS)
  assert.equal((await alfa.state(roomId)).get('m.room.topic '), topics[0])

  const message = await alfa.say(roomId, anna, 'över tjugo')
  await settle(alfa, beta)
  const named = (await alfa.rooms.event(message))?.event.prevEvents ?? []
  assert.deepEqual([...named].sort(), topics.slice(ENDS - 20).sort())
  // Of those that are named the first wins; of all, one that is not.
  assert.ok((await stateBefore(alfa, message))?.includes(topics[ENDS - 20] ?? assert.fail()))
  assert.deepEqual(await stateBefore(beta, message), await stateBefore(alfa, message))
  assert.equal((await alfa.state(roomId)).get('m.room.topic '), topics[0])
  await assertSame(roomId, alfa, beta)
})

test('prev_events: the ends that were left are named by the next events, until there is one', async () => {
  const roomId = await sharedRoom()
  await branch(
    roomId,
    Array.from({ length: 2 * ENDS }, (_, n) => aTopic(n)),
  )
  const left: unknown[] = [await endsOf(alfa, roomId)]
  for (let n = 0; n < 3; n++) {
    await alfa.setState(roomId, anna, 'x', { n })
    left.push(await endsOf(alfa, roomId))
  }
  assert.deepEqual(left, [50, 31, 12, 1])
  await settle(alfa, beta)
  assert.equal(await endsOf(beta, roomId), 1)
  const last = (await alfa.timeline(roomId)).at(-1) ?? assert.fail()
  assert.deepEqual(await stateBefore(beta, last.event.eventId), await stateBefore(alfa, last.event.eventId))
  await assertSame(roomId, alfa, beta)
})

test('soft failure: what an end forbids that is not named is not sent', async () => {
  const roomId = await sharedRoom()
  const cia = await alfa.user('cia')
  await alfa.rooms.join({ roomId, userId: cia, servers: [], content: {} })
  await settle(alfa, beta)
  const ban = { type: 'm.room.member', stateKey: cia, content: { membership: 'ban' } }
  await branch(roomId, [ban, ...Array.from({ length: ENDS }, (_, n) => aTopic(n))])
  assert.equal(await alfa.membership(roomId, cia), 'ban')
  await assert.rejects(alfa.say(roomId, cia, 'ändå'), { errcode: 'M_FORBIDDEN' })
  await alfa.say(roomId, anna, 'utan cia')
  await settle(alfa, beta)
  assert.equal(await alfa.membership(roomId, cia), 'ban')
  await assertSame(roomId, alfa, beta)
})
