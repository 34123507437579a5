// What became of each PDU that another server sent.
// spec: server-server-api #transactions (PDU processing result)

import { forbidden, type MatrixError } from '#protocol/errors/errors.ts'
import { parsePdu } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import type { Received } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import type { Verified } from './verify-pdus.ts'

/** `staged`: kept, and tried again; for the sender it is done. */
export type PduOutcome =
  | { readonly outcome: Received['outcome'] | 'staged'; readonly eventId: EventId }
  /** `eventId`: undefined for what is no event of the room's version. */
  | { readonly outcome: 'refused'; readonly eventId: EventId | undefined; readonly error: MatrixError }

/** The outcome of a PDU that failed checks 1 or 2. */
export function refusedAt({ refused, ids }: Verified, index: number): PduOutcome {
  const why = refused[index]
  const error = forbidden(why?.rule ?? 'receive/invalid', why?.message ?? 'The event is invalid.')
  return { outcome: 'refused', eventId: ids[index], error }
}

/** Refuses each PDU by its ID, without a look at its signatures. */
export const refuseAll = (engine: Engine, room: HotRoom, pdus: readonly Json[], error: MatrixError): PduOutcome[] =>
  pdus.map((pdu) => {
    const eventId = parsePdu(pdu, room.head.version, engine.parts.crypto).ok?.eventId
    return { outcome: 'refused', eventId, error }
  })
