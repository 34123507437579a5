// An event that another server sent us: checks 1 to 3, then whatever it stands on and we miss, then the room's turn.
// spec: server-server-api #checks-performed-on-receipt-of-a-pdu, #backfilling-and-retrieving-missing-events

import type { MatrixError } from '#protocol/errors/errors.ts'
import { forbidden, notFound } from '#protocol/errors/errors.ts'
import type { EventId, RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import { compileServerAcl } from '#protocol/server-acl/server-acl.ts'
import { type Received, receiveEvent, type VerifiedEvent } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import { fetchAuthEvents, fetchState, oldestFirst } from './fetch-missing.ts'
import { verifyPdus } from './verify-pdus.ts'

/** Missing events asked for at once; a longer gap is bridged by the state. */
const MISSING_EVENTS = 20

export type PduOutcome =
  | { readonly outcome: Received['outcome']; readonly eventId: EventId }
  | { readonly outcome: 'refused'; readonly error: MatrixError }

/**
 * Takes in the PDUs of one room that one server sent, in order. Each has an outcome of its own: a bad one fails nobody else.
 * @throws 404 for a room that we are not in, 403 when the room's access list refuses the server.
 */
export async function receivePdus(
  engine: Engine,
  origin: ServerName,
  roomId: RoomId,
  pdus: readonly Json[],
): Promise<PduOutcome[]> {
  const room = await engine.room(roomId)
  if (!room?.committed.servers.has(engine.parts.serverName)) throw notFound('This server is not in the room.')
  await refuseUnlessAclAllows(engine, room, origin)
  const verified = await verifyPdus(engine, pdus, { roomId, version: room.head.version })
  const outcomes: PduOutcome[] = []
  for (const [index, id] of verified.ids.entries()) {
    const event = id === undefined ? undefined : verified.events.get(id)
    if (!event || id === undefined) {
      const [why] = verified.refused
      outcomes.push({
        outcome: 'refused',
        error: forbidden(why?.rule ?? 'receive/invalid', why?.message ?? `Event ${index} is invalid.`),
      })
      continue
    }
    const received = await receiveWithGap(engine, origin, room, event)
    outcomes.push({ outcome: received.outcome, eventId: id })
  }
  return outcomes
}

/** @throws 403 `acl/…` */
export async function refuseUnlessAclAllows(engine: Engine, room: HotRoom, server: ServerName): Promise<void> {
  const { state } = room.committed
  const events = state && (await engine.stateEventsAt(state, [{ type: 'm.room.server_acl', stateKey: '' }]))
  const verdict = compileServerAcl(events?.get('m.room.server_acl', '')?.content).verdictFor(server)
  if (!verdict.allowed)
    throw forbidden(verdict.rule, 'The room does not let this server in. Ask those who run the room.')
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
  return engine.turn(roomId, receiveEvent(engine, verified, stateBefore ? { stateBefore } : {}))
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
    await engine.turn(roomId, receiveEvent(engine, earlier, stateBefore ? { stateBefore } : {}))
  }
}
