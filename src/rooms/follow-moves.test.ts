// Who follows a room to its replacement is told, once for each join, with both rooms.
// spec: client-server-api/modules/room_upgrades.md #server-behaviour

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logTo } from '#platform/log/log.ts'
import { followMoves, type Move } from './follow-moves.ts'
import { anna, aRoom, bo, cia, joins, roomsForTests } from './rooms-for-tests.ts'

test('those of the old room who come into the new one are told, newcomers and other rooms are not', async (t) => {
  const { rooms, stream, database, clock } = await roomsForTests(t)
  const moves: Move[] = []
  const parts = { stream, database, clock, log: logTo({ write() {} }) }
  const follower = await followMoves(rooms, parts, async (move) => void moves.push(move))
  t.after(() => follower.stop())
  const from = await rooms.create(aRoom())
  await rooms.changeMembership(joins(from, bo))
  const profileOf = async () => ({})
  const upgrade = { roomId: from, userId: anna, version: '12', additionalCreators: [], profileOf }
  const to = await rooms.upgrade(upgrade)
  for (const userId of [bo, cia]) {
    await rooms.changeMembership({ roomId: to, sender: anna, target: userId, membership: 'invite' })
    await rooms.changeMembership(joins(to, userId))
  }
  await follower.reached(stream.head)
  assert.deepEqual(moves, [
    { userId: anna, from, to },
    { userId: bo, from, to },
  ])
})
