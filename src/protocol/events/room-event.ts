// The wire shape of an event (PDU) and our parsed shape.
// spec: server-server-api #pdus; rooms/v1, v3, v4, v6, v11, v12 (event format)

import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'

/** A PDU as it stands on the wire, of any room version: checked by `parsePdu`, never trusted before. */
export type Pdu = JsonObject

/** A well-formed event of a known room version. Immutable. `pdu` is the wire form, signatures and hashes included. */
export interface RoomEvent {
  readonly eventId: EventId
  /** Since v12 derived from the event ID for the create event, which has no `room_id` on the wire. */
  readonly roomId: RoomId
  readonly type: string
  /** Undefined: a message event. */
  readonly stateKey: string | undefined
  readonly sender: UserId
  readonly originServerTs: number
  readonly depth: number
  readonly prevEvents: readonly EventId[]
  /** As on the wire: since v12 without the create event, which the room ID implies. */
  readonly authEvents: readonly EventId[]
  /** The event that a redaction names: top level until v10, in content since v11. */
  readonly redacts: EventId | undefined
  readonly content: JsonObject
  readonly version: RoomVersion
  readonly pdu: Pdu
}

/** A resolved or partial room state, to be looked into by type and state key. */
export interface StateView {
  get(type: string, stateKey: string): RoomEvent | undefined
}
