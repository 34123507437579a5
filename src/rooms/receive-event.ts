// Takes an event into a room that we are in, when all that it names is here: the checks on receipt, then the append.
// spec: server-server-api #checks-performed-on-receipt-of-a-pdu (4 to 6), #rejection, #soft-failure

import { authEventKeys } from '#protocol/auth-events/auth-events.ts'
import { authorize, authorizeAuthEvents, mayRedact, type Verdict } from '#protocol/auth-rules/auth-rules.ts'
import { forbidden } from '#protocol/errors/errors.ts'
import type { RoomEvent, StateView } from '#protocol/events/events.ts'
import { createEventIdOf, type EventId } from '#protocol/identifiers/identifiers.ts'
import { stateKeyOf } from '#protocol/state-resolution/state-resolution.ts'
import { ownKey, stateAfterAll, withNewEnd } from './extremities.ts'
import type { Engine, Turn } from './room/engine.ts'
import { type HotRoom, StateEvents } from './room/hot-room.ts'
import type { KnownEvent } from './room/known-event.ts'
import type { StateNode } from './state/state-map.ts'
import { missingAmong, redactionsOf } from './store/read-events.ts'

/** An event that passed checks 1 to 3: well formed, signed, and redacted if its content hash was wrong. */
export interface VerifiedEvent {
  readonly event: RoomEvent
  readonly json: string
}

export type Received =
  | { readonly outcome: 'accepted' | 'known'; readonly known: KnownEvent }
  | { readonly outcome: 'rejected' | 'soft-failed'; readonly known: KnownEvent; readonly verdict: Verdict }

/**
 * The turn that takes in one event. The events it names as previous and auth events must be known, but for previous events when
 * `stateBefore` is given (the state came from another server).
 */
export const receiveEvent =
  (engine: Engine, verified: VerifiedEvent, options: { stateBefore?: StateNode; relay?: boolean } = {}) =>
  async (room: HotRoom): Promise<Turn<Received>> => {
    const { event } = verified
    const { stateBefore, relay = false } = options
    const before = await engine.log.byId(event.eventId)
    // In rooms of version 1 and 2 servers choose the IDs of their events.
    if (before && before.roomNid !== room.head.roomNid) {
      throw forbidden('receive/known-elsewhere', `The ID ${event.eventId} is that of an event of another room.`)
    }
    if (before && !before.outlier) return { result: { outcome: 'known', known: before }, durable: Promise.resolve() }

    const auth = await engine.inOrder(event.authEvents)
    const previous = await previousOf(engine, room, event)
    const root = stateBefore ?? (await stateAfterAll(engine, room, previous))
    const verdict = await judge(engine, event, auth, root)
    const softFail = verdict.allowed ? await judgeNow(engine, room, event, root, stateBefore !== undefined) : verdict
    const fillsGap = await isMissing(engine, room, event.eventId)

    await engine.numbers.reserve(1)
    if (event.stateKey !== undefined) await engine.chains.prepare(auth)
    const nid = before?.nid ?? engine.numbers.take()
    const accepted = softFail.allowed
    const moves = accepted && !fillsGap
    const graph = moves ? await withNewEnd(engine, room, { event, nid, before: root }) : undefined
    const append = engine.append(room)
    const current = graph?.current && (await append.loadMove(graph.current, ownKey(event)))
    const loadedRoot = await (moves && !current
      ? append.loadMove(root, ownKey(event))
      : engine.nodes.ensure(root, ownKey(event)))
    const named = new Set(previous.map((known) => known.event.eventId))
    const known = append.add({
      nid,
      event,
      json: verified.json,
      auth,
      relay,
      before: loadedRoot,
      verdict: accepted ? 'accepted' : verdict.allowed ? 'soft-failed' : 'rejected',
      ...graph,
      ...(current && { current }),
      ...(fillsGap && room.head.state && { current: room.head.state, fillsGap }),
      ...(before && { place: before.chain }),
      ...(accepted && (await redactionParts(engine, event, root))),
      missing: event.prevEvents
        .filter((id) => !named.has(id))
        .map((eventId) => ({ eventId, depth: Math.max(0, event.depth - 1) })),
    })
    const durable = engine.commit(room, append)
    if (accepted) return { result: { outcome: 'accepted', known }, durable }
    return { result: { outcome: known.rejected ? 'rejected' : 'soft-failed', known, verdict: softFail }, durable }
  }

/** The previous events that are known, with their states. Another room's is none, whatever names it: its state would come into this one. */
async function previousOf(engine: Engine, room: HotRoom, event: RoomEvent): Promise<KnownEvent[]> {
  const previous = await engine.inOrder(event.prevEvents)
  return previous.filter((known) => known.roomNid === room.head.roomNid && known.stateAfter !== undefined)
}

/** Checks 4 and 5: by the auth events it names, and by the state before it. */
export async function judge(
  engine: Engine,
  event: RoomEvent,
  auth: readonly KnownEvent[],
  before: StateNode,
): Promise<Verdict> {
  const create = await createEventOf(engine, event, auth)
  const named = create && !auth.includes(create) ? [...auth, create] : auth
  const own = authorizeAuthEvents(event, named)
  if (!own.allowed) return own
  const { crypto } = engine.parts
  const byAuthEvents = authorize(event, { state: viewOf(named), crypto, createEvent: create?.event })
  if (!byAuthEvents.allowed || event.type === 'm.room.create') return byAuthEvents
  const state = await engine.stateEventsAt(before, keysFor(event))
  return authorize(event, { state, crypto, createEvent: create?.event })
}

/** Check 6: by the current state; after a gap together with the state at the event, so that a gap hides no ban. */
async function judgeNow(
  engine: Engine,
  room: HotRoom,
  event: RoomEvent,
  before: StateNode,
  afterGap: boolean,
): Promise<Verdict> {
  const current = room.head.state
  if (!current || engine.nodes.trie.same(current, before)) return { allowed: true }
  const root = afterGap ? await engine.resolve(room, [current, before]) : current
  const state = await engine.stateEventsAt(root, keysFor(event))
  const createEvent = state.get('m.room.create', '')
  return authorize(event, { state, crypto: engine.parts.crypto, createEvent })
}

const keysFor = (event: RoomEvent) => [{ type: 'm.room.create', stateKey: '' }, ...authEventKeys(event, event.version)]

const viewOf = (events: readonly KnownEvent[]): StateView =>
  new StateEvents(new Map(events.map((known) => [stateKeyOf(known.event.type, known.event.stateKey ?? ''), known])))

/** Since v12 no event names the create event: the room ID does. */
async function createEventOf(engine: Engine, event: RoomEvent, auth: readonly KnownEvent[]) {
  if (!event.version.roomIdIsCreateHash) return auth.find((known) => known.event.type === 'm.room.create')
  const createId = createEventIdOf(event.roomId)
  return createId === undefined ? undefined : engine.log.byId(createId)
}

async function isMissing(engine: Engine, room: HotRoom, eventId: EventId): Promise<boolean> {
  const rows = await engine.parts.database.run(missingAmong, room.head.roomNid, [eventId])
  return rows.length > 0
}

/** What it redacts, when it may; and the redaction that was here before it, when that may. */
async function redactionParts(engine: Engine, event: RoomEvent, root: StateNode) {
  const state = await engine.stateEventsAt(root, [
    { type: 'm.room.create', stateKey: '' },
    { type: 'm.room.power_levels', stateKey: '' },
  ])
  const create = state.get('m.room.create', '')
  const target = event.redacts === undefined ? undefined : await engine.log.byId(event.redacts)
  const redacts =
    target && target.event.roomId === event.roomId && mayRedact(event, target.event, state, create).allowed
      ? target
      : undefined
  const earlier = await engine.parts.database.run(redactionsOf, event.eventId)
  const redactions = await engine.log.byNids(earlier.map((row) => row.event_nid))
  const redactedBy = [...redactions.values()].find((known) => mayRedact(known.event, event, state, create).allowed)?.nid
  return { ...(redacts && { redacts }), ...(redactedBy !== undefined && { redactedBy }) }
}
