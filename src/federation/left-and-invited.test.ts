// A room that the last of us has left, and into which one of us is invited again: what they saw there is theirs to read still.
// spec: client-server-api/modules/history_visibility.md (after a user has left a room …)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle, twoServers } from './servers-for-tests.ts'

test('one who left with the whole server, and is invited from outside, still sees what was said while they were there', async (t) => {
  const { alfa, beta, anna, bo } = await twoServers(t)
  const roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  const during = await alfa.say(roomId, anna, 'med')
  await settle(alfa, beta)
  await beta.rooms.leave({ roomId, userId: bo, servers: [], content: {} })
  await settle(alfa, beta)
  const reader = { userId: bo, deviceId: undefined }
  const asked = { roomId, direction: 'b', from: undefined, to: undefined, limit: 3, filter: undefined } as const
  const read = async () => (await beta.rooms.page(asked, reader)).events.map(({ known }) => known.event.eventId)
  const left = await read()
  assert.ok(left.includes(during))

  await alfa.rooms.invite({ roomId, sender: anna, target: bo, membership: 'invite' })
  assert.equal((await beta.rooms.roomOf(roomId, bo))?.membership, 'invite')
  assert.deepEqual(await read(), left)
  await beta.rooms.leave({ roomId, userId: bo, servers: [], content: {} })
  assert.deepEqual(await read(), left)
})
