// An event that another server sent us: checks 1 to 3, then whatever it stands on and we miss, then the room's turn.
// spec: server-server-api #checks-performed-on-receipt-of-a-pdu, #backfilling-and-retrieving-missing-events

import { forbidden, MatrixError, notFound } from '#protocol/errors/errors.ts'
import type { EventId, RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import { compileServerAcl } from '#protocol/server-acl/server-acl.ts'
import { type Received, receiveEvent, type VerifiedEvent } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import type { StateNode } from '../state/state-map.ts'
import { fetchAuthEvents, fetchState, oldestFirst } from './fetch-missing.ts'
import { type PduOutcome, refuseAll, refusedAt } from './pdu-outcome.ts'
import { receiveOutside } from './receive-outside.ts'
import { verifyPdus } from './verify-pdus.ts'

/** Missing events asked for at once; a longer gap is bridged by the state. */
const MISSING_EVENTS = 20

/**
 * Takes in the PDUs of one room that one server sent, in order. Each has an outcome of its own: a bad one fails nobody else. In a room that we
 * are not in, only the end of an invite or knock of ours counts.
 *
 * @throws 404 for a room that was never heard of, whose events cannot even be named; 429 and errors of the database, for the sender to try again.
 */
export async function receivePdus(
  engine: Engine,
  origin: ServerName,
  roomId: RoomId,
  pdus: readonly Json[],
): Promise<PduOutcome[]> {
  const room = await engine.room(roomId)
  if (!room) throw notFound('This server is not in the room.')
  if (!room.committed.servers.has(engine.parts.serverName)) return receiveOutside(engine, origin, room, pdus)
  const denied = await aclRefusal(engine, room, origin)
  if (denied) return refuseAll(engine, room, pdus, denied)
  const verified = await verifyPdus(engine, pdus, { roomId, version: room.head.version })
  const outcomes: PduOutcome[] = []
  for (const [index, eventId] of verified.ids.entries()) {
    const event = eventId === undefined ? undefined : verified.events.get(eventId)
    outcomes.push(event ? await outcomeOf(engine, origin, room, event) : refusedAt(verified, index))
  }
  return outcomes
}

async function outcomeOf(
  engine: Engine,
  origin: ServerName,
  room: HotRoom,
  verified: VerifiedEvent,
): Promise<PduOutcome> {
  const { eventId } = verified.event
  try {
    return { outcome: (await receiveWithGap(engine, origin, room, verified)).outcome, eventId }
  } catch (error) {
    if (error instanceof MatrixError && error.status !== 429) return { outcome: 'refused', eventId, error }
    throw error
  }
}

/** @throws 403 `acl/…` */
export async function refuseUnlessAclAllows(engine: Engine, room: HotRoom, server: ServerName): Promise<void> {
  const refusal = await aclRefusal(engine, room, server)
  if (refusal) throw refusal
}

async function aclRefusal(engine: Engine, room: HotRoom, server: ServerName): Promise<MatrixError | undefined> {
  const { state } = room.committed
  const events = state && (await engine.stateEventsAt(state, [{ type: 'm.room.server_acl', stateKey: '' }]))
  const verdict = compileServerAcl(events?.get('m.room.server_acl', '')?.content).verdictFor(server)
  if (verdict.allowed) return undefined
  return forbidden(verdict.rule, 'The room does not let this server in. Ask those who run the room.')
}

async function receiveWithGap(
  engine: Engine,
  origin: ServerName,
  room: HotRoom,
  verified: VerifiedEvent,
): Promise<Received> {
  const { roomId } = room.head
  const known = await engine.log.byId(verified.event.eventId)
  if (known && !known.outlier) return { outcome: 'known', known }
  await fetchAuthEvents(engine, origin, room, [verified])
  if ((await missingPrevious(engine, verified)).length > 0) await fetchMissing(engine, origin, room, verified)
  const missing = await missingPrevious(engine, verified)
  const stateBefore = missing.length > 0 ? await fetchState(engine, origin, room, verified) : undefined
  refuseWithoutState(verified, missing, stateBefore)
  await refuseWithoutAuthEvents(engine, verified)
  return engine.turn(roomId, receiveEvent(engine, verified, stateBefore ? { stateBefore } : {}))
}

/**
 * An event whose place in the history cannot be found is not judged by the part that is known: the sender would decide by what it keeps
 * back. It is not stored, so that it can come again.
 */
function refuseWithoutState(verified: VerifiedEvent, missing: readonly EventId[], state: StateNode | undefined): void {
  if (missing.length === 0 || state) return
  throw forbidden(
    'receive/no-state',
    `The events before ${verified.event.eventId} could not be had, nor the state there. Send it again when they can.`,
  )
}

/** Check 4 needs them all. */
async function refuseWithoutAuthEvents(engine: Engine, verified: VerifiedEvent): Promise<void> {
  if (!(await lacksAuthEvents(engine, verified))) return
  throw forbidden(
    'receive/no-auth-events',
    `The auth events of ${verified.event.eventId} could not be had. Send it again when they can.`,
  )
}

async function lacksAuthEvents(engine: Engine, { event }: VerifiedEvent): Promise<boolean> {
  const known = await engine.log.byIds(event.authEvents)
  return !event.authEvents.every((id) => known.has(id))
}

/** Previous events of which we have no state. */
async function missingPrevious(engine: Engine, { event }: VerifiedEvent): Promise<EventId[]> {
  const found = await engine.log.byIds(event.prevEvents)
  return event.prevEvents.filter((id) => found.get(id)?.stateAfter === undefined)
}

/** Asks the origin for what lies between our extremities and the event, and takes it in from the oldest on. */
async function fetchMissing(
  engine: Engine,
  origin: ServerName,
  room: HotRoom,
  { event }: VerifiedEvent,
): Promise<void> {
  const { roomId, version, extremities } = room.head
  const answer = await engine.parts.transport.getMissingEvents(origin, {
    roomId,
    earliest: extremities.slice(0, 50).map(({ eventId }) => eventId),
    latest: [event.eventId],
    limit: MISSING_EVENTS,
    minDepth: 0,
  })
  if (!answer.ok || answer.value.length === 0) return
  const verified = await verifyPdus(engine, answer.value, { roomId, version })
  await fetchAuthEvents(engine, origin, room, [...verified.events.values()])
  for (const earlier of oldestFirst(verified.events)) {
    const known = await engine.log.byId(earlier.event.eventId)
    if (known && !known.outlier) continue
    const missing = await missingPrevious(engine, earlier)
    // The gap goes on: the state at its end closes it, once, at the oldest event that was sent.
    const stateBefore = missing.length > 0 ? await fetchState(engine, origin, room, earlier) : undefined
    // What cannot be placed is left out: the event that we are here for is then placed by its own state.
    if (missing.length > 0 && !stateBefore) continue
    if (await lacksAuthEvents(engine, earlier)) continue
    await engine.turn(roomId, receiveEvent(engine, earlier, stateBefore ? { stateBefore } : {}))
  }
}
