// Stores events that we need and whose place in the history we do not know: auth events and state from other servers.
// spec: server-server-api #checks-performed-on-receipt-of-a-pdu (4)

import { type WriterRow, write } from '#platform/stream/stream.ts'
import { authorize, authorizeAuthEvents } from '#protocol/auth-rules/auth-rules.ts'
import { createEventIdOf, type EventId } from '#protocol/identifiers/identifiers.ts'
import { stateKeyOf } from '#protocol/state-resolution/state-resolution.ts'
import type { VerifiedEvent } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'
import { StateEvents } from '../room/hot-room.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { authChainLinkWriter, eventFlags, eventWriter } from '../store/event-writers.ts'

/** Rows of one act: keeps a commit, and what waits behind it, under some 50 ms. */
const ROWS_PER_ACT = 2_000

/**
 * Judges each event by its auth events and stores those that are new, in one pass from the creation on. Inside the room's turn, so
 * that nobody stores the same ones. An event whose auth events are neither known nor given is left out. One that was kept from outside the room is
 * judged now, and keeps its number.
 *
 * @returns all given events that are in the auth graph now, rejected ones too.
 */
export async function takeOutliers(
  engine: Engine,
  roomNid: number,
  given: ReadonlyMap<EventId, VerifiedEvent>,
): Promise<Map<EventId, KnownEvent>> {
  const named = [...given.values()].flatMap(({ event }) => event.authEvents)
  const wanted = [...given.keys(), ...named, ...createEventsOf(given)]
  const known = await engine.log.inAuthGraph(wanted)
  const fromOutside = await engine.log.byIds([...given.keys()].filter((id) => !known.has(id)))
  const fresh = fromTheBeginning(given, known)
  let rows: WriterRow[] = []
  for (const verified of fresh) {
    const auth = verified.event.authEvents.flatMap((id) => known.get(id) ?? [])
    if (auth.length < verified.event.authEvents.length) continue
    if (engine.numbers.left === 0) await engine.numbers.reserve(Math.min(1_000, fresh.length))
    const nid = fromOutside.get(verified.event.eventId)?.nid ?? engine.numbers.take()
    const outlier = outlierOf(engine, { roomNid, nid }, verified, auth, known)
    known.set(verified.event.eventId, outlier.known)
    rows.push(...outlier.rows)
    if (rows.length >= ROWS_PER_ACT) {
      await engine.parts.stream.append({ facts: [], rows })
      rows = []
    }
  }
  if (rows.length > 0) await engine.parts.stream.append({ facts: [], rows })
  const taken = new Map<EventId, KnownEvent>()
  for (const id of given.keys()) {
    const event = known.get(id)
    if (!event) continue
    taken.set(id, event)
    engine.log.remember(event)
  }
  return taken
}

function outlierOf(
  engine: Engine,
  { roomNid, nid }: { roomNid: number; nid: number },
  { event, json }: VerifiedEvent,
  auth: readonly KnownEvent[],
  known: ReadonlyMap<EventId, KnownEvent>,
): { known: KnownEvent; rows: WriterRow[] } {
  const rejected = !isAllowed(engine, event, auth, known)
  const placed = event.stateKey === undefined ? undefined : engine.chains.place(nid, event, auth)
  const receivedTs = engine.parts.clock.now()
  const authNids = auth.map((other) => other.nid)
  const row = {
    eventNid: nid,
    eventId: event.eventId,
    roomNid,
    position: null,
    depth: event.depth,
    originServerTs: event.originServerTs,
    receivedTs,
    type: event.type,
    stateKey: event.stateKey ?? null,
    sender: event.sender,
    flags: eventFlags.outlier | (rejected ? eventFlags.rejected : 0),
    stateBefore: null,
    stateAfter: null,
    stateCurrent: null,
    deviceId: null,
    txnId: null,
    authNids,
    chainId: placed?.place.chainId ?? null,
    chainSeq: placed?.place.seq ?? null,
    json,
  }
  const links = (placed?.links ?? []).map((link) => write(authChainLinkWriter, link))
  return {
    rows: [write(eventWriter, row), ...links],
    known: {
      nid,
      roomNid,
      event,
      json,
      position: null,
      outlier: true,
      rejected,
      softFailed: false,
      relay: false,
      stateBefore: undefined,
      stateAfter: undefined,
      stateCurrent: undefined,
      redactedBy: undefined,
      deviceId: undefined,
      txnId: undefined,
      authNids,
      chain: placed?.place,
      receivedTs,
    },
  }
}

function isAllowed(
  engine: Engine,
  event: VerifiedEvent['event'],
  auth: readonly KnownEvent[],
  known: ReadonlyMap<EventId, KnownEvent>,
): boolean {
  const createId = event.version.roomIdIsCreateHash ? createEventIdOf(event.roomId) : undefined
  const create =
    createId === undefined ? auth.find((other) => other.event.type === 'm.room.create') : known.get(createId)
  const named = create && !auth.includes(create) ? [...auth, create] : auth
  if (!authorizeAuthEvents(event, named).allowed) return false
  const state = new StateEvents(new Map(named.map((k) => [stateKeyOf(k.event.type, k.event.stateKey ?? ''), k])))
  return authorize(event, { state, crypto: engine.parts.crypto, createEvent: create?.event }).allowed
}

/** Since v12 the create event is named by the room ID alone. */
function createEventsOf(given: ReadonlyMap<EventId, VerifiedEvent>): EventId[] {
  const [first] = given.values()
  const createId = first?.event.version.roomIdIsCreateHash ? createEventIdOf(first.event.roomId) : undefined
  return createId === undefined ? [] : [createId]
}

/** The given events that are not known, each after its auth events. What names itself in a circle is left out. */
function fromTheBeginning(
  given: ReadonlyMap<EventId, VerifiedEvent>,
  known: ReadonlyMap<EventId, KnownEvent>,
): VerifiedEvent[] {
  const waiting = new Map<EventId, number>()
  const namedBy = new Map<EventId, VerifiedEvent[]>()
  const ready: VerifiedEvent[] = []
  const first = (verified: VerifiedEvent) => verified.event.type === 'm.room.create'
  for (const [id, verified] of given) {
    if (known.has(id)) continue
    const open = verified.event.authEvents.filter((auth) => given.has(auth) && !known.has(auth))
    waiting.set(id, open.length)
    for (const auth of open) namedBy.set(auth, [...(namedBy.get(auth) ?? []), verified])
    if (open.length === 0) first(verified) ? ready.unshift(verified) : ready.push(verified)
  }
  for (let at = 0; at < ready.length; at++) {
    for (const next of namedBy.get((ready[at] as VerifiedEvent).event.eventId) ?? []) {
      const left = (waiting.get(next.event.eventId) ?? 1) - 1
      waiting.set(next.event.eventId, left)
      if (left === 0) ready.push(next)
    }
  }
  return ready
}
