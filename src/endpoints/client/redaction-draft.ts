// A redaction as clients send it like any other event.
// spec: client-server-api, PUT /rooms/{roomId}/send/{eventType}/{txnId} (since v1.18); rooms/v11 #moving-the-redacts-property

import { missingParam } from '#protocol/errors/errors.ts'
import { type EventId, parseEventId, type UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, stringAt, withoutMembers } from '#protocol/json/json.ts'
import type { Draft, Rooms } from '#rooms/rooms.ts'

/** Clients name the target in the content, whatever the room version; the engine puts it where the version wants it. */
export function redactionDraft(sender: UserId, body: JsonObject): Draft {
  const redacts = parseEventId(stringAt(body, 'redacts') ?? '')
  if (redacts === undefined) throw missingParam('A redaction must name the event to remove: add "redacts" with its ID.')
  return { type: 'm.room.redaction', sender, content: withoutMembers(body, 'redacts'), redacts }
}

/** Suspended users may still remove what they wrote themselves. */
export async function isOwnEvent(rooms: Rooms, eventId: EventId, userId: UserId): Promise<boolean> {
  return (await rooms.event(eventId))?.event.sender === userId
}
