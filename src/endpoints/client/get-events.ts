// New events as one list, from before `/sync`; with `room_id` also for those who only look into a room.
// spec: client-server-api, GET /_matrix/client/v3/events (getEvents and peekEvents)

import { getEvents } from '#api/client/get-events.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { MOST_MESSAGES, readSync, type SyncAnswer, sectionsOf, withRoom } from './former-sync.ts'
import { readerOf } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'
import type { WithSync } from './sync.ts'

/** A token and nothing else. */
const nothing = { room: { rooms: [] }, presence: { types: [] }, account_data: { types: [] } }

export const handleGetEvents = handler(getEvents, ({ accounts, rooms, sync }: WithRooms & WithSync) => async (call) => {
  const { session, http, query } = call
  const { timeout, room_id: roomId } = query
  const from = query.from || (await readSync(sync, call, { filter: nothing })).next_batch
  if (roomId !== undefined && (await rooms.membership(roomId, session.userId)) !== 'join') {
    const reader = await readerOf(accounts, session)
    const { events, end } = await sync.peek({ roomId, reader, from, timeout, ...http })
    return rawJson(`{"chunk":[${events.map(({ json }) => json)}],"start":${JSON.stringify(from)},"end":"${end}"}`)
  }
  const filter = { room: { timeline: { limit: MOST_MESSAGES }, ...(roomId !== undefined && { rooms: [roomId] }) } }
  const answer = await readSync(sync, call, { since: from, timeout, filter })
  return { chunk: eventsOf(answer), start: from, end: answer.next_batch }
})

function eventsOf({ rooms, presence }: SyncAnswer) {
  return [
    ...sectionsOf(rooms?.invite).flatMap(([roomId, room]) => withRoom(roomId, room.invite_state?.events?.slice(-1))),
    ...sectionsOf(rooms?.leave).flatMap(([roomId, room]) => withRoom(roomId, room.timeline?.events)),
    ...sectionsOf(rooms?.join).flatMap(([roomId, room]) => [
      ...withRoom(roomId, room.timeline?.events),
      ...withRoom(roomId, room.ephemeral?.events),
    ]),
    ...(presence?.events ?? []),
  ]
}
