// Makes a RoomEvent of a PDU whose format was checked.
// spec: server-server-api #pdus

import {
  type EventId,
  parseEventId,
  type RoomId,
  roomIdFromCreate,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import { type Json, type JsonObject, numberOf, stringAt } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import { referencedIds } from './event-references.ts'
import type { Pdu, RoomEvent } from './room-event.ts'

/** Trusts the format of `pdu`: it was checked by `parsePdu` or comes from the store. */
export function assembleEvent(pdu: Pdu, eventId: EventId, version: RoomVersion): RoomEvent {
  const content = pdu['content'] as JsonObject
  const type = pdu['type'] as string
  return {
    eventId,
    roomId: hasImpliedRoomId(pdu, version) ? roomIdFromCreate(eventId) : (pdu['room_id'] as RoomId),
    type,
    stateKey: stringAt(pdu, 'state_key'),
    sender: pdu['sender'] as UserId,
    originServerTs: wideInteger(pdu['origin_server_ts']),
    depth: wideInteger(pdu['depth']),
    prevEvents: referencedIds(pdu['prev_events'], version),
    authEvents: referencedIds(pdu['auth_events'], version),
    redacts: type === 'm.room.redaction' ? redactsOf(pdu, content, version) : undefined,
    content,
    version,
    pdu,
  }
}

/** Since v12: the create event has no `room_id`, its own hash is the ID of the room. */
export const hasImpliedRoomId = (pdu: Pdu, version: RoomVersion): boolean =>
  version.roomIdIsCreateHash && stringAt(pdu, 'type') === 'm.room.create' && stringAt(pdu, 'state_key') === ''

function redactsOf(pdu: Pdu, content: JsonObject, version: RoomVersion): EventId | undefined {
  const text = stringAt(version.redactsInContent ? content : pdu, 'redacts')
  return text === undefined ? undefined : parseEventId(text)
}

/** Until v5 integers go up to 2^63−1; what is beyond 2^53−1 is only compared, so the largest safe integer stands for it. */
function wideInteger(value: Json | undefined): number {
  const number = numberOf(value) ?? 0
  return Math.max(Math.min(number, Number.MAX_SAFE_INTEGER), Number.MIN_SAFE_INTEGER)
}
