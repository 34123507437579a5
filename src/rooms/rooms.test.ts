// The room engine on a real PostgreSQL: creating, sending, and what must hold whatever happens at the same time.
// spec: client-server-api #events, #rooms; docs/architecture.md, decisions 1 to 3

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { MatrixError } from '#protocol/errors/errors.ts'
import { verifyContentHash } from '#protocol/events/events.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import { roomVersions } from '#protocol/room-versions/room-versions.ts'
import {
  aMessage,
  anna,
  aRoom,
  aUserId,
  bo,
  cia,
  joins,
  roomsForTests,
  type TestRooms,
  timelineOf,
} from './rooms-for-tests.ts'

let t: TestRooms
const ends: (() => Promise<void>)[] = []
before(async () => {
  t = await roomsForTests({ after: (act) => ends.push(act) })
})
after(async () => {
  for (const end of ends) await end()
})

const refuses = (rule: string) => (error: unknown) => error instanceof MatrixError && error.rule === rule

for (const { id } of roomVersions) {
  test(`a room of version ${id} begins with its events in the specification's order, on one line`, async () => {
    const roomId = await t.rooms.create(
      aRoom({
        version: id,
        name: 'Kansli',
        topic: 'Ärenden',
        initialState: [{ type: 'x', stateKey: 'k', content: {} }],
      }),
    )
    const events = await timelineOf(t.rooms, roomId)
    assert.deepEqual(
      events.map(({ event }) => event.type),
      [
        'm.room.create',
        'm.room.member',
        'm.room.power_levels',
        'm.room.join_rules',
        'm.room.history_visibility',
        'm.room.guest_access',
        'x',
        'm.room.name',
        'm.room.topic',
      ],
    )
    for (const [index, { event, position }] of events.entries()) {
      assert.deepEqual(event.prevEvents, index === 0 ? [] : [events[index - 1]?.event.eventId])
      assert.equal(event.depth, index + 1)
      assert.equal(event.roomId, roomId)
      assert.ok(position !== null && position > 0)
    }
    const state = await t.rooms.currentState(roomId, [{ type: 'm.room.create', stateKey: '' }])
    assert.equal(state?.get('m.room.create', '')?.content['room_version'], id)
    const eventId = await t.rooms.send(roomId, aMessage('hej'))
    assert.equal((await t.rooms.event(eventId))?.event.eventId, eventId)
    assert.equal((await t.rooms.head(roomId))?.joined, 1)
  })
}
