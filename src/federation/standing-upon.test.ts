// Events that stand upon what the receiver refuses for itself or has not: the state around them is the same on every server all the same.
// spec: server-server-api #soft-failure, #backfilling-and-retrieving-missing-events

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { EventId, UserId } from '#protocol/identifiers/identifiers.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { settle, type TestLine, type TestServer, twoServers } from './servers-for-tests.ts'

const scope = scopeOfFile()
let line: TestLine
let alfa: TestServer
let beta: TestServer
let anna: UserId
let bo: UserId
before(async () => {
  ;({ line, alfa, beta, anna, bo } = await twoServers(scope))
})

test('soft failure: what stands upon a soft-failed event has the state that the event makes', async () => {
  const roomId = await alfa.createRoom(anna, { powerLevelContentOverride: { users: { [bo]: 50 } } })
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  line.cut(alfa, beta)
  await alfa.setState(roomId, anna, 'm.room.power_levels', { users: {} })
  await beta.say(roomId, bo, 'under')
  const topic = await beta.setState(roomId, bo, 'm.room.topic', { topic: 'från förr' })
  const message = await beta.say(roomId, bo, 'ovanpå')
  await line.heal(alfa, beta)
  await settle(alfa, beta)
  const stateBefore = async ({ rooms }: TestServer): Promise<EventId[] | undefined> =>
    (await rooms.serving.stateBefore(message))?.state.map(({ event }) => event.eventId).sort()
  assert.equal((await alfa.rooms.event(topic))?.softFailed, true)
  assert.ok((await stateBefore(alfa))?.includes(topic))
  assert.deepEqual(await stateBefore(alfa), await stateBefore(beta))
  assert.deepEqual(await alfa.state(roomId), await beta.state(roomId))
  assert.equal((await alfa.state(roomId)).has('m.room.topic '), false)
  // The levels, and the message: what lies behind the soft-failed event is no end of the history any more.
  assert.equal((await alfa.rooms.head(roomId))?.extremities.length, 2)
})

test('a server that has left shows those who were there what its leaving stands upon, and nobody else', async () => {
  const gamma = await line.server('gamma.example')
  const delta = await line.server('delta.example')
  const cia = await gamma.user('cia')
  const roomId = await alfa.createRoom(anna)
  for (const [server, user] of [
    [beta, bo],
    [gamma, cia],
  ] as const) {
    await server.join(roomId, user, alfa)
    await settle(alfa, beta, gamma)
  }
  line.cut(alfa, beta)
  await beta.say(roomId, bo, 'alfa hör inte')
  await settle(alfa, beta, gamma)
  await gamma.rooms.leave({ roomId, userId: cia, servers: [], content: {} })
  await settle(alfa, beta, gamma)
  assert.equal(await alfa.membership(roomId, cia), 'leave')
  assert.deepEqual(await alfa.messages(roomId), ['alfa hör inte'])
  await assert.rejects(gamma.rooms.serving.numberFor(roomId, delta.name), { errcode: 'M_FORBIDDEN' })
})
