// Rooms across servers: joining, leaving, and that everyone sees the same, whatever the line does.
// spec: server-server-api #joining-rooms, #inviting-to-a-room, #leaving-rooms-rejecting-invites, #knocking-rooms, #transactions

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { assertSame, settle, type TestLine, type TestServer, twoServers } from './servers-for-tests.ts'

const scope = scopeOfFile()
let line: TestLine
let alfa: TestServer
let beta: TestServer
let anna: UserId
let bo: UserId
before(async () => {
  ;({ line, alfa, beta, anna, bo } = await twoServers(scope))
})

for (const version of ['1', '5', '6', '10', '11', '12'] as const) {
  test(`version ${version}: an invited user joins, and messages go both ways`, async () => {
    const roomId = await alfa.createRoom(anna, { version, preset: 'private_chat' })
    await alfa.rooms.invite({ roomId, sender: anna, target: bo, membership: 'invite' })
    assert.equal((await beta.rooms.roomOf(roomId, bo))?.membership, 'invite')
    await beta.join(roomId, bo, alfa)
    await settle(alfa, beta)
    assert.equal(await alfa.membership(roomId, bo), 'join')
    await alfa.say(roomId, anna, 'hej')
    await settle(alfa, beta)
    await beta.say(roomId, bo, 'hej hej')
    await settle(alfa, beta)
    assert.deepEqual(await alfa.messages(roomId), ['hej', 'hej hej'])
    assert.deepEqual(await beta.messages(roomId), ['hej', 'hej hej'])
    await assertSame(roomId, alfa, beta)
    assert.deepEqual([...alfa.faults, ...beta.faults], [])
  })
}

test('a room that is not public lets nobody in who was not invited', async () => {
  const roomId = await alfa.createRoom(anna, { preset: 'private_chat' })
  await assert.rejects(beta.join(roomId, bo, alfa), { errcode: 'M_FORBIDDEN' })
  assert.equal(await beta.rooms.isResident(roomId), false)
})

test('a partition with messages and state on both sides heals to the same state and the same events', async () => {
  const roomId = await alfa.createRoom(anna, { powerLevelContentOverride: { users: { [bo]: 50 } } })
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  line.cut(alfa, beta)
  await alfa.say(roomId, anna, 'a1')
  await alfa.setState(roomId, anna, 'm.room.topic', { topic: 'från alfa' })
  await beta.say(roomId, bo, 'b1')
  await beta.setState(roomId, bo, 'm.room.topic', { topic: 'från beta' })
  await beta.setState(roomId, bo, 'm.room.name', { name: 'Beta' })
  await settle(alfa, beta)
  assert.deepEqual(await beta.messages(roomId), ['b1'])
  await line.heal(alfa, beta)
  await settle(alfa, beta)
  await alfa.say(roomId, anna, 'a2')
  await settle(alfa, beta)
  assert.deepEqual((await alfa.messages(roomId)).sort(), ['a1', 'a2', 'b1'])
  await assertSame(roomId, alfa, beta)
  assert.deepEqual([...alfa.faults, ...beta.faults], [])
})
