// Redactions: the authorization rule of v1 and v2, and, since v3, whether a redaction is carried out.
// spec: rooms/v1 #authorization-rules, rule 11; rooms/fragments/v3-handling-redactions

import type { RoomEvent, StateView } from '#protocol/events/events.ts'
import { type EventId, serverNameOf, serverOfEventId } from '#protocol/identifiers/identifiers.ts'
import { isAtLeast, powerLevelOf, requiredLevelTo, roomPower } from '#protocol/power-levels/power-levels.ts'
import { type RoomAtEvent, senderMay } from './room-at-event.ts'
import { allow, allowIf, deny, type Verdict } from './verdict.ts'

const notAllowed =
  'Your power level in this room does not allow you to remove what others wrote. Ask a moderator to do it.'

/** Rule 11, v1 and v2 only. */
export function authorizeRedaction(room: RoomAtEvent): Verdict {
  if (senderMay('redact', room)) return allow // 11.1
  const { eventId, redacts } = room.event
  return allowIf(areOfOneServer(eventId, redacts), 'redaction/power-level', notAllowed) // 11.2, 11.3
}

/**
 * Is a redaction carried out on its target? Both must be accepted events; `state` is the room state at the redaction.
 * Since v12 pass the create event of the room, which a partial state may lack.
 */
export function mayRedact(redaction: RoomEvent, target: RoomEvent, state: StateView, create?: RoomEvent): Verdict {
  const { version } = redaction
  if (redaction.roomId !== target.roomId) {
    return deny('redaction/other-room', 'The event to remove is in another room. Remove it from there.')
  }
  if (redaction.type !== 'm.room.redaction' || redaction.redacts !== target.eventId) {
    return deny('redaction/other-event', 'The redaction does not name this event. Name the event to remove.')
  }
  const power = roomPower(state, version, create)
  if (isAtLeast(powerLevelOf(redaction.sender, power), requiredLevelTo('redact', power))) return allow // 1
  const ofOneServer = version.authorizeRedactions
    ? areOfOneServer(redaction.eventId, target.eventId) // v1, v2: rule 11.2
    : serverNameOf(redaction.sender) === serverNameOf(target.sender) // 2, since v3
  return allowIf(ofOneServer, 'redaction/power-level', notAllowed)
}

function areOfOneServer(a: EventId, b: EventId | undefined): boolean {
  const server = serverOfEventId(a)
  return server !== undefined && b !== undefined && server === serverOfEventId(b)
}
