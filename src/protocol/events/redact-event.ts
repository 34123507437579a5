// The redacted form of an event: same ID, same place, less content.
// spec: server-server-api #validating-hashes-and-signatures-on-received-events; rooms/ #redactions

import { redactPdu } from '#protocol/redaction/redaction.ts'
import { assembleEvent } from './assemble-event.ts'
import type { RoomEvent } from './room-event.ts'

/** The event as it is after a redaction, or when its content hash does not match. */
export const redactEvent = (event: RoomEvent): RoomEvent =>
  assembleEvent(redactPdu(event.pdu, event.version), event.eventId, event.version)
