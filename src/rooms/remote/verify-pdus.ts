// Reads events that other servers gave us: format, signatures, content hash. What fails is left out.
// spec: server-server-api #checks-performed-on-receipt-of-a-pdu (1 to 3)

import { eventJson, parsePdu, redactEvent } from '#protocol/events/events.ts'
import type { EventId, RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import type { VerifiedEvent } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'

/** Why an event was left out, for the log and for answers to transactions. */
export interface Refused {
  readonly rule: string
  readonly message: string
}

export interface Verified {
  readonly events: ReadonlyMap<EventId, VerifiedEvent>
  /** Why, for each PDU given, in order; undefined where it was taken. */
  readonly refused: readonly (Refused | undefined)[]
  /** The ID of each PDU given, in order; undefined where it is no event. */
  readonly ids: readonly (EventId | undefined)[]
}

/** Events of one room, by ID; each once. Keys of all servers are fetched together. */
export async function verifyPdus(
  engine: Engine,
  pdus: readonly Json[],
  room: { readonly roomId: RoomId; readonly version: RoomVersion },
): Promise<Verified> {
  const refused: (Refused | undefined)[] = []
  const parsed = new Map<EventId, VerifiedEvent>()
  const ids: (EventId | undefined)[] = []
  for (const pdu of pdus) {
    const result = parsePdu(pdu, room.version, engine.parts.crypto)
    ids.push(result.ok?.eventId)
    const isOther = result.ok !== undefined && result.ok.roomId !== room.roomId
    refused.push(isOther ? otherRoom : result.refused)
    if (result.refused || isOther) continue
    if (result.contentHashMatches) parsed.set(result.ok.eventId, { event: result.ok, json: result.json })
    else {
      const event = redactEvent(result.ok) // 3
      parsed.set(event.eventId, { event, json: eventJson(event.pdu, event.version) })
    }
  }
  const events = [...parsed.values()]
  const verdicts = await engine.parts.transport.verifyEvents(events.map(({ event }) => event)) // 2
  for (const [index, verdict] of verdicts.entries()) {
    const eventId = events[index]?.event.eventId
    if (verdict.ok || eventId === undefined) continue
    parsed.delete(eventId)
    const why = { rule: verdict.rule, message: `The signature of ${verdict.server} is missing or wrong.` }
    for (const [at, id] of ids.entries()) if (id === eventId) refused[at] ??= why
  }
  return { events: parsed, refused, ids }
}

const otherRoom: Refused = { rule: 'receive/other-room', message: 'The event belongs to another room.' }
