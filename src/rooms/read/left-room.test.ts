// What one who has left a room sees of it: everything up to the leaving, whatever came of the membership since, and nothing later.
// spec: client-server-api/modules/history_visibility.md #server-behaviour (3)

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { MembershipChange } from '../rooms.ts'
import { aMessage, anna, aRoom, bo, joins, roomsForTests, scopeOfFile, type TestRooms } from '../rooms-for-tests.ts'

const scope = scopeOfFile()
let t: TestRooms
before(async () => {
  t = await roomsForTests(scope)
})

/** What became of bo's membership after leaving, oldest first. */
const afterwards: Readonly<Record<string, readonly MembershipChange['membership'][]>> = {
  'was banned': ['ban'],
  'was banned, and unbanned': ['ban', 'leave'],
  'was invited': ['invite'],
  'was invited, and declined': ['invite', 'leave'],
  'was invited, declined and was banned': ['invite', 'leave', 'ban'],
  knocked: ['knock'],
  'knocked, and took it back': ['knock', 'leave'],
  'was invited and declined thirty times': Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? 'invite' : 'leave')),
}

const bodies = async (roomId: RoomId): Promise<unknown[]> => {
  const asked = { roomId, direction: 'b', from: undefined, to: undefined, limit: 200, filter: undefined } as const
  const { events } = await t.rooms.page(asked, { userId: bo, deviceId: undefined })
  return events.flatMap(({ known }) => known.event.content['body'] ?? []).reverse()
}

for (const [what, memberships] of Object.entries(afterwards)) {
  test(`shared history: one who left and then ${what} sees what was said before coming, while there, and nothing since`, async () => {
    const rule = { type: 'm.room.join_rules', stateKey: '', content: { join_rule: 'knock' } }
    const roomId = await t.rooms.create(aRoom({ initialState: [rule] }))
    const before = await t.rooms.send(roomId, aMessage('före'))
    await t.rooms.changeMembership({ roomId, sender: anna, target: bo, membership: 'invite' })
    await t.rooms.changeMembership(joins(roomId, bo))
    await t.rooms.send(roomId, aMessage('med'))
    await t.rooms.changeMembership({ ...joins(roomId, bo), membership: 'leave' })
    const after = await t.rooms.send(roomId, aMessage('efter'))
    for (const membership of memberships) {
      const sender = membership === 'ban' || membership === 'invite' ? anna : bo
      const now = await t.rooms.membership(roomId, bo)
      if (membership === 'leave' && now === 'ban') await t.rooms.unban({ roomId, sender: anna, target: bo })
      else await t.rooms.changeMembership({ roomId, sender, target: bo, membership })
    }
    await t.rooms.send(roomId, aMessage('långt efter'))
    assert.deepEqual(await bodies(roomId), ['före', 'med'])
    const reader = { userId: bo, deviceId: undefined }
    assert.equal((await t.rooms.reading.event(roomId, before, reader)).known.event.content['body'], 'före')
    await assert.rejects(t.rooms.reading.event(roomId, after, reader), { errcode: 'M_NOT_FOUND' })
  })
}
