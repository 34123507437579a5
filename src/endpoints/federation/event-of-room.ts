// An event that another server names, if it is in the room that it names.
// spec: server-server-api #retrieving-events

import { notFound } from '#protocol/errors/errors.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { KnownEvent, Rooms } from '#rooms/rooms.ts'

/** @throws 404 */
export async function eventOfRoom(rooms: Rooms, roomNid: number, eventId: EventId): Promise<KnownEvent> {
  const known = await rooms.event(eventId)
  if (known?.roomNid === roomNid) return known
  throw notFound('The event is not known here. Ask another server in the room.')
}
