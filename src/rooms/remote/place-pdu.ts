// Puts an event that passed checks 1 to 3 into its room: fetches whatever it stands on and we miss, then takes the room's turn.
// spec: server-server-api #checks-performed-on-receipt-of-a-pdu, #backfilling-and-retrieving-missing-events

import { forbidden, MatrixError } from '#protocol/errors/errors.ts'
import type { Json } from '#protocol/json/json.ts'
import { type Received, receiveEvent, type VerifiedEvent } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import type { StateNode } from '../state/state-map.ts'
import type { AskedServer } from './asked-server.ts'
import {
  fetchAuthEvents,
  fetchState,
  lacksAuthEvents,
  missingPrevious,
  oldestFirst,
  verifyAnswer,
} from './fetch-missing.ts'

/** Missing events asked for at once; a longer gap is bridged by the state. */
const MISSING_EVENTS = 20
/** Of a server that did not send the event, whose state is not asked for: as many as one answer holds. */
const MISSING_ELSEWHERE = 100

/** It is not stored, since what it stands on could not be had. `mayWait`: for a reason that passes. */
export interface Unplaced {
  readonly outcome: 'unplaced'
  readonly mayWait: boolean
  readonly error: MatrixError
}

/**
 * Places the event with the help of the servers, one after the other until one was enough.
 *
 * @throws 403 `receive/known-elsewhere`, 429, and errors of the database.
 */
export async function placePdu(
  engine: Engine,
  servers: readonly AskedServer[],
  room: HotRoom,
  verified: VerifiedEvent,
): Promise<Received | Unplaced> {
  let error: MatrixError | undefined
  for (const server of servers) {
    const placed = await placeWith(engine, server, room, verified)
    if (placed.outcome !== 'unplaced') return placed
    error = placed.error
  }
  const mayWait = servers.some((server) => server.forLater > 0)
  return { outcome: 'unplaced', mayWait, error: error ?? noState(verified) }
}

async function placeWith(
  engine: Engine,
  server: AskedServer,
  room: HotRoom,
  verified: VerifiedEvent,
): Promise<Received | { readonly outcome: 'unplaced'; readonly error: MatrixError }> {
  const known = await engine.log.byId(verified.event.eventId)
  if (known && !known.outlier) return { outcome: 'known', known }
  await fetchAuthEvents(engine, server, room, [verified])
  if ((await missingPrevious(engine, room, verified)).length > 0) await fetchMissing(engine, server, room, verified)
  const missing = await missingPrevious(engine, room, verified)
  const stateBefore = missing.length > 0 ? await stateFrom(engine, server, room, verified) : undefined
  if (missing.length > 0 && !stateBefore) return { outcome: 'unplaced', error: noState(verified) }
  if (await lacksAuthEvents(engine, verified)) return { outcome: 'unplaced', error: noAuthEvents(verified) }
  return engine.turn(room.head.roomId, receiveEvent(engine, verified, stateBefore ? { stateBefore } : {}))
}

/** Events carry their signatures, a state does not: it is believed of the server that sent the event, and of no other. */
const stateFrom = async (engine: Engine, server: AskedServer, room: HotRoom, verified: VerifiedEvent) =>
  server.hasEvent ? fetchState(engine, server, room, verified) : undefined

/** An event whose place in the history cannot be found is not judged by the part that is known: the sender would decide by what it keeps back. */
const noState = ({ event }: VerifiedEvent) =>
  forbidden(
    'receive/no-state',
    `The events before ${event.eventId} could not be had, nor the state there. Send it again when they can.`,
  )

const noAuthEvents = ({ event }: VerifiedEvent) =>
  forbidden(
    'receive/no-auth-events',
    `The auth events of ${event.eventId} could not be had. Send it again when they can.`,
  )

/** Asks for what lies between our extremities and the event, and takes it in from the oldest on. */
async function fetchMissing(
  engine: Engine,
  server: AskedServer,
  room: HotRoom,
  verified: VerifiedEvent,
): Promise<void> {
  const answer = await askBefore(engine, server, room, verified)
  if (!answer || answer.length === 0) return
  const events = await verifyAnswer(engine, server, room, answer)
  await fetchAuthEvents(engine, server, room, [...events.values()])
  for (const earlier of oldestFirst(events)) {
    const known = await engine.log.byId(earlier.event.eventId)
    if (known && !known.outlier) continue
    const missing = await missingPrevious(engine, room, earlier)
    // The gap goes on: the state at its end closes it, once, at the oldest event that was sent.
    const stateBefore = missing.length > 0 ? await stateFrom(engine, server, room, earlier) : undefined
    // What cannot be placed is left out: the event that we are here for is then placed by its own state.
    if (missing.length > 0 && !stateBefore) continue
    if (await lacksAuthEvents(engine, earlier)) continue
    await takeEarlier(engine, room, earlier, stateBefore)
  }
}

/** A bad one fails no other. */
async function takeEarlier(
  engine: Engine,
  room: HotRoom,
  earlier: VerifiedEvent,
  stateBefore: StateNode | undefined,
): Promise<void> {
  try {
    await engine.turn(room.head.roomId, receiveEvent(engine, earlier, stateBefore ? { stateBefore } : {}))
  } catch (error) {
    if (!(error instanceof MatrixError) || error.status === 429) throw error
  }
}

/** A server that does not have the event is asked for those that it names. */
async function askBefore(
  engine: Engine,
  server: AskedServer,
  room: HotRoom,
  verified: VerifiedEvent,
): Promise<readonly Json[] | undefined> {
  const { roomId, extremities } = room.head
  if (!server.hasEvent) {
    const from = await missingPrevious(engine, room, verified)
    return server.ask((transport, name, signal) =>
      transport.backfill(name, { roomId, from, limit: MISSING_ELSEWHERE }, signal),
    )
  }
  const asked = {
    roomId,
    earliest: extremities.slice(0, 50).map(({ eventId }) => eventId),
    latest: [verified.event.eventId],
    limit: MISSING_EVENTS,
    minDepth: 0,
  }
  return server.ask((transport, name, signal) => transport.getMissingEvents(name, asked, signal))
}
