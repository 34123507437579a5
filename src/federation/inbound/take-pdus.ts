// The PDUs of a transaction: rooms side by side, the events of a room in order, a result for each.
// spec: server-server-api #transactions, PUT /_matrix/federation/v1/send/{txnId}

import { FairSemaphore } from '#platform/limits/limits.ts'
import type { Log } from '#platform/log/log.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import { parseRoomId, type RoomId, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { canonicalString, type JsonObject, stringAt } from '#protocol/json/json.ts'
import type { PduOutcome } from '#rooms/rooms.ts'
import { isForLater } from './is-for-later.ts'

/** The part of `rooms` that takes in PDUs. */
export interface RoomReceiver {
  receive(origin: ServerName, roomId: RoomId, pdus: readonly JsonObject[]): Promise<PduOutcome[]>
}

/** Event ID → the sentence that says why it was not taken; undefined: it was. */
export type PduResults = ReadonlyMap<string, string | undefined>

/** Rooms of one transaction at once: the one that waits for state from elsewhere does not hold the others, and one server does not fill the process. */
const ROOMS_AT_ONCE = 8

/** @throws what the sender should try again for: our database, or a room with too much to do. */
export async function takePdus(
  origin: ServerName,
  pdus: readonly JsonObject[],
  parts: { readonly rooms: RoomReceiver; readonly log: Log },
): Promise<PduResults> {
  const results = new Map<string, string | undefined>()
  const byRoom = groupByRoom(pdus)
  const places = new FairSemaphore({ places: ROOMS_AT_ONCE, waitingPerKey: byRoom.size + 1, waiting: byRoom.size + 1 })
  const taking = [...byRoom].map(([roomId, events]) =>
    places.run(origin, async () => {
      for (const { eventId, error } of await takeRoom(origin, roomId, events, parts)) results.set(eventId, error)
    }),
  )
  // All of them end before the answer is given: none is left to work behind the next transaction's back.
  const failed = (await Promise.allSettled(taking)).find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
  return results
}

/** What is in no room cannot even be named: its ID depends on the room's version. */
function groupByRoom(pdus: readonly JsonObject[]): Map<RoomId, JsonObject[]> {
  const byRoom = new Map<RoomId, JsonObject[]>()
  for (const pdu of pdus) {
    const roomId = parseRoomId(stringAt(pdu, 'room_id') ?? '')
    if (roomId === undefined) continue
    const events = byRoom.get(roomId)
    if (events) events.push(pdu)
    else byRoom.set(roomId, [pdu])
  }
  return byRoom
}

interface Result {
  readonly eventId: string
  readonly error: string | undefined
}

async function takeRoom(
  origin: ServerName,
  roomId: RoomId,
  pdus: readonly JsonObject[],
  { rooms, log }: { readonly rooms: RoomReceiver; readonly log: Log },
): Promise<Result[]> {
  try {
    const outcomes = await rooms.receive(origin, roomId, pdus)
    return outcomes.flatMap((outcome) => resultOf(outcome, origin, roomId, log))
  } catch (error) {
    if (isForLater(error)) throw error
    if (!(error instanceof MatrixError)) log.error({ error, origin, room: roomId }, 'Events could not be taken in.')
    else log.debug({ origin, room: roomId, errcode: error.errcode }, 'Events of a room were refused.')
    const message = error instanceof MatrixError ? error.message : 'The event could not be taken in.'
    return pdus.flatMap((pdu) => namedResult(pdu, message))
  }
}

/** Rejected and soft-failed events were taken: "this should not cause an error response". So were those that wait: they are ours to try again. */
function resultOf(outcome: PduOutcome, origin: ServerName, roomId: RoomId, log: Log): Result[] {
  if (outcome.outcome !== 'refused') return [{ eventId: outcome.eventId, error: undefined }]
  const { eventId, error } = outcome
  log.info({ origin, room: roomId, event: eventId, rule: error.rule }, 'An event was refused.')
  return eventId === undefined ? [] : [{ eventId, error: error.message }]
}

/** Without the room's version, only events of room versions 1 and 2 say their ID themselves. */
function namedResult(pdu: JsonObject, error: string): Result[] {
  const eventId = stringAt(pdu, 'event_id')
  return eventId?.startsWith('$') && eventId.length <= 255 ? [{ eventId, error }] : []
}

export function answerText(results: PduResults): string {
  const entries = [...results].map(([eventId, error]) => {
    const result = error === undefined ? '{}' : `{"error":${canonicalString(error)}}`
    return `${canonicalString(eventId)}:${result}`
  })
  return `{"pdus":{${entries.join(',')}}}`
}
