// Events as clients get them, as text: made once when an event is appended or first read, then only joined to what differs
// between readers. Face of the folder.
// spec: client-server-api #room-event-format; definitions/client_event; rooms/v11 #moving-the-redacts-property

import { eventJson, type RoomEvent } from '#protocol/events/events.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { EventPrefix } from './event-prefix.ts'

export type { EventPrefix } from './event-prefix.ts'
export type { Unsigned } from './unsigned.ts'
export { withUnsigned } from './unsigned.ts'

/**
 * The client form: no hashes, signatures, auth events, previous events or depth. Without `room_id`, as `/sync` wants it;
 * `withRoomId` adds it. `contentJson` is the JSON text of the content, redacted if the event is.
 *
 * A redaction names its target both at the top level (for older clients) and in its content (for newer), whichever the room
 * version has.
 */
export function clientEventPrefix(event: RoomEvent, contentJson: string): EventPrefix {
  const redacts = event.type === 'm.room.redaction' ? event.redacts : undefined
  const adds = redacts !== undefined && !event.version.redactsInContent
  const content = adds ? withRedacts(contentJson, redacts) : contentJson
  let text = `{"type":${JSON.stringify(event.type)},"sender":${JSON.stringify(event.sender)},"content":${content}`
  if (event.stateKey !== undefined) text += `,"state_key":${JSON.stringify(event.stateKey)}`
  if (redacts !== undefined) text += `,"redacts":${JSON.stringify(redacts)}`
  text += `,"origin_server_ts":${event.originServerTs},"event_id":${JSON.stringify(event.eventId)}`
  return text as EventPrefix
}

/** The target from the top level replaces any in the content, which means nothing before v11. */
function withRedacts(contentJson: string, redacts: string): string {
  const added = `"redacts":${JSON.stringify(redacts)}}`
  if (contentJson === '{}') return `{${added}`
  // Spliced, not parsed, wherever possible: until v5 content may have numbers that parsing would change.
  if (!contentJson.includes('redacts')) return `${contentJson.slice(0, -1)},${added}`
  const content: { [key: string]: unknown } = JSON.parse(contentJson)
  return JSON.stringify({ ...content, redacts })
}

/** Adds the room, for everything but `/sync`. Since v12 also to the create event, which has none on the wire. */
export const withRoomId = (prefix: EventPrefix, roomId: RoomId): EventPrefix =>
  `${prefix},"room_id":${JSON.stringify(roomId)}` as EventPrefix

/**
 * The federation form, for filters with `event_format: federation`: the PDU as it travels between servers, with `event_id`, which
 * clients could not work out, and `room_id` for a create event without one. Not made on the hot path.
 */
export function federationEventPrefix(event: RoomEvent): EventPrefix {
  let text = eventJson(event.pdu, event.version).slice(0, -1)
  if (!Object.hasOwn(event.pdu, 'event_id')) text += `,"event_id":${JSON.stringify(event.eventId)}`
  if (!Object.hasOwn(event.pdu, 'room_id')) text += `,"room_id":${JSON.stringify(event.roomId)}`
  return text as EventPrefix
}
