// Events that another server sent us: checks 1 to 3, then the room takes them, or they wait for what they stand on.
// spec: server-server-api #checks-performed-on-receipt-of-a-pdu, #transactions

import { MatrixError, notFound } from '#protocol/errors/errors.ts'
import type { RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import type { Received, VerifiedEvent } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import { AskedServer } from './asked-server.ts'
import { type PduOutcome, refuseAll, refusedAt } from './pdu-outcome.ts'
import { placePdu, type Unplaced } from './place-pdu.ts'
import { receiveOutside } from './receive-outside.ts'
import { aclRefusal } from './room-acl.ts'
import type { Staging } from './staging.ts'
import { verifyPdus } from './verify-pdus.ts'

/**
 * Takes in the PDUs of one room that one server sent, in order. Each has an outcome of its own: a bad one fails nobody else. In a room that we
 * are not in, only the end of an invite or knock of ours counts.
 *
 * @throws 404 for a room that was never heard of, whose events cannot even be named; 429 and errors of the database, for the sender to try again.
 */
export async function receivePdus(
  engine: Engine,
  staging: Staging,
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
  const waiting: VerifiedEvent[] = []
  for (const [index, eventId] of verified.ids.entries()) {
    const event = eventId === undefined ? undefined : verified.events.get(eventId)
    if (!event) {
      outcomes.push(refusedAt(verified, index))
      continue
    }
    // Of a server that has just failed, nothing more is asked for this transaction's sake.
    const outcome = await outcomeOf(engine, origin, room, event, waiting.length > 0)
    if (outcome.outcome === 'staged') waiting.push(event)
    outcomes.push(outcome)
  }
  if (waiting.length > 0) await staging.add(room, origin, waiting)
  // It may be what others wait for, and shows that its server is there.
  if (outcomes.some(({ outcome }) => outcome !== 'refused' && outcome !== 'staged')) staging.noteArrival(room)
  return outcomes
}

async function outcomeOf(
  engine: Engine,
  origin: ServerName,
  room: HotRoom,
  verified: VerifiedEvent,
  leaveAlone: boolean,
): Promise<PduOutcome> {
  const { eventId } = verified.event
  const server = new AskedServer(origin, { transport: engine.parts.transport, hasEvent: true, leaveAlone })
  try {
    return toOutcome(await placePdu(engine, [server], room, verified), verified)
  } catch (error) {
    if (error instanceof MatrixError && error.status !== 429) return { outcome: 'refused', eventId, error }
    throw error
  }
}

function toOutcome(placed: Received | Unplaced, { event: { eventId } }: VerifiedEvent): PduOutcome {
  if (placed.outcome !== 'unplaced') return { outcome: placed.outcome, eventId }
  return placed.mayWait ? { outcome: 'staged', eventId } : { outcome: 'refused', eventId, error: placed.error }
}
