// Filters that ask who relates to an event, in /sync and in /messages: threads by a client that does not know /threads.
// spec: client-server-api #filtering; proposals/3440 (related_by_rel_types, related_by_senders)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRoomEventFilter } from '#protocol/event-filter/event-filter.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { aMessage, anna, aRoom, bo, joins } from '#rooms/rooms-for-tests.ts'
import { aDevice, type SyncServer, syncServer } from './sync-for-tests.ts'

const relates = (sender: UserId, parent: EventId, rel_type: string) => ({
  type: 'm.room.message',
  sender,
  content: { msgtype: 'm.text', body: `${rel_type} ${sender}`, 'm.relates_to': { rel_type, event_id: parent } },
})

/** 'tråd' has a thread of bo's, 'svar' a reference of anna's, 'borttagen' a thread that was removed. */
async function roomWithRelations({ rooms }: SyncServer): Promise<RoomId> {
  const roomId = await rooms.create(aRoom())
  await rooms.changeMembership(joins(roomId, bo))
  const parents: EventId[] = []
  for (const body of ['ensam', 'tråd', 'svar', 'borttagen']) parents.push(await rooms.send(roomId, aMessage(body)))
  const [, thread, reference, removed] = parents as [EventId, EventId, EventId, EventId]
  await rooms.send(roomId, relates(bo, thread, 'm.thread'))
  await rooms.send(roomId, relates(anna, reference, 'm.reference'))
  const gone = await rooms.send(roomId, relates(bo, removed, 'm.thread'))
  await rooms.send(roomId, { type: 'm.room.redaction', sender: bo, content: {}, redacts: gone })
  return roomId
}

const cases: readonly [JsonObject, readonly string[]][] = [
  [{ related_by_rel_types: ['m.thread'] }, ['tråd']],
  [{ related_by_rel_types: ['m.thread', 'm.reference'] }, ['tråd', 'svar']],
  [{ related_by_senders: [anna] }, ['svar']],
  [{ related_by_senders: [anna], related_by_rel_types: ['m.thread'] }, []],
]
for (const [filter, expected] of cases) {
  test(`${JSON.stringify(filter)} leaves the events with such a child, in a first sync, the next one and a page`, async (t) => {
    const server = await syncServer(t)
    const asked = { filter: { room: { timeline: filter } } }
    const [early, late] = [await aDevice(server, anna), await aDevice(server, anna)]
    await early.ask(asked)
    const roomId = await roomWithRelations(server)
    assert.deepEqual((await early.ask(asked)).bodies(roomId), expected)
    assert.deepEqual((await late.ask(asked)).bodies(roomId), expected)
    await server.rooms.send(roomId, aMessage('mer'))
    assert.deepEqual((await late.ask(asked)).bodies(roomId), [])
    const page = { roomId, direction: 'f', from: undefined, to: undefined, limit: 50 } as const
    const { events } = await server.rooms.page(
      { ...page, filter: parseRoomEventFilter(filter) },
      { userId: anna, deviceId: undefined },
    )
    assert.deepEqual(
      events.map(({ known }) => known.event.content['body']),
      expected,
    )
  })
}
