// Is this the create event of the room?
// spec: rooms/v12 #authorization-rules, rule 2; rooms/v1 #authorization-rules, rules 2.4 and 2.5

import type { RoomEvent } from '#protocol/events/events.ts'
import { createEventIdOf, type RoomId } from '#protocol/identifiers/identifiers.ts'

/** True if the event created the room. Since v12 the room ID proves it; before, the event says it. */
export function isCreateEventOf(roomId: RoomId, create: RoomEvent): boolean {
  if (create.type !== 'm.room.create' || create.stateKey !== '') return false
  if (create.version.roomIdIsCreateHash) return createEventIdOf(roomId) === create.eventId
  return create.roomId === roomId
}
