// Fetches older history from servers in the room, when a reader has come to the end of ours.
// spec: server-server-api #backfilling-and-retrieving-missing-events

import type { EventId, RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Point } from '../read/tokens.ts'
import { judge, type VerifiedEvent } from '../receive-event.ts'
import type { Engine, Turn } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import type { KnownEvent } from '../room/known-event.ts'
import type { RoomHead } from '../room/room-head.ts'
import type { StateNode } from '../state/state-map.ts'
import { backwardExtremities } from '../store/read-events.ts'
import { AskedServer } from './asked-server.ts'
import { fetchAuthEvents, fetchState, lacksAuthEvents, oldestFirst, verifyAnswer } from './fetch-missing.ts'

/** Events asked for at once: some pages of a client. */
const EVENTS = 100
/** Servers asked before a page ends where our history does. */
const MOST_SERVERS = 3
/** Gaps tried per page; the nearest ones above the reader's place matter. */
const MOST_GAPS = 10

/** @returns whether there is more history now. */
export async function backfill(engine: Engine, head: RoomHead, before: Point): Promise<boolean> {
  const room = await engine.room(head.roomId)
  if (!room) return false
  const gaps = await engine.parts.database.run(backwardExtremities, head.roomNid, MOST_GAPS)
  const near = gaps.filter((gap) => before.kind === 'arrival' || gap.depth <= before.depth)
  const from = (near.length > 0 ? near : gaps).map((gap) => gap.event_id as EventId)
  if (from.length === 0) return false
  const others = head.serverNames.filter((server) => server !== engine.parts.serverName).slice(0, MOST_SERVERS)
  for (const name of others) {
    const server = new AskedServer(name, { transport: engine.parts.transport, hasEvent: true })
    const asked = { roomId: head.roomId, from, limit: EVENTS }
    const answer = await server.ask((transport, to) => transport.backfill(to, asked))
    if (!answer || answer.length === 0) continue
    const events = await verifyAnswer(engine, server, room, answer)
    if ((await takeHistory(engine, server, room, events)) > 0) return true
  }
  return false
}

/** One event of old history, and the state before it; undefined when the server does not have it, or it does not hold. */
export async function fetchOldEvent(
  engine: Engine,
  from: ServerName,
  roomId: RoomId,
  eventId: EventId,
  signal?: AbortSignal,
): Promise<KnownEvent | undefined> {
  const room = await engine.room(roomId)
  if (!room) return undefined
  const server = new AskedServer(from, { transport: engine.parts.transport, hasEvent: true, signal })
  const pdu = await server.ask((transport, to, ending) => transport.getEvent(to, eventId, ending))
  if (pdu === undefined) return undefined
  await takeHistory(engine, server, room, await verifyAnswer(engine, server, room, [pdu]))
  const known = await engine.log.byId(eventId)
  return known && known.position !== null && !known.rejected ? known : undefined
}

async function takeHistory(
  engine: Engine,
  server: AskedServer,
  room: HotRoom,
  events: ReadonlyMap<EventId, VerifiedEvent>,
): Promise<number> {
  await fetchAuthEvents(engine, server, room, [...events.values()])
  let taken = 0
  for (const verified of oldestFirst(events)) {
    const known = await engine.log.byId(verified.event.eventId)
    if (known && (!known.outlier || known.roomNid !== room.head.roomNid)) continue
    const root = await stateBefore(engine, server, room, verified)
    if (!root || (await lacksAuthEvents(engine, verified))) continue
    await engine.turn(room.head.roomId, keepOld(engine, verified, root))
    taken++
  }
  return taken
}

/** From its previous events when we have them all, else from the server that gave us the event. */
async function stateBefore(
  engine: Engine,
  server: AskedServer,
  room: HotRoom,
  verified: VerifiedEvent,
): Promise<StateNode | undefined> {
  const { prevEvents, type } = verified.event
  if (type === 'm.room.create') return engine.nodes.trie.empty
  const previous = (await engine.inOrder(prevEvents)).filter((known) => known.roomNid === room.head.roomNid)
  const roots = previous.flatMap(({ stateAfter }) => (stateAfter ? engine.root(stateAfter) : []))
  if (roots.length < prevEvents.length) return fetchState(engine, server, room, verified)
  return engine.turn(room.head.roomId, async (hot) => ({
    result: await engine.resolve(hot, roots),
    durable: Promise.resolve(),
  }))
}

/** The turn that puts an old event into the history: it changes neither the room's state nor its extremities. */
const keepOld =
  (engine: Engine, { event, json }: VerifiedEvent, root: StateNode) =>
  async (room: HotRoom): Promise<Turn<void>> => {
    const known = await engine.log.byId(event.eventId)
    if (known && !known.outlier) return { result: undefined, durable: Promise.resolve() }
    const auth = await engine.inOrder(event.authEvents)
    const verdict = await judge(engine, event, auth, root)
    await engine.numbers.reserve(1)
    if (event.stateKey !== undefined) await engine.chains.prepare(auth)
    const key = { type: event.type, stateKey: event.stateKey ?? '' }
    const before = event.stateKey === undefined ? root : await engine.nodes.ensure(root, [key])
    const append = engine.append(room)
    const nid = known?.nid ?? engine.numbers.take()
    const named = await engine.log.byIds(event.prevEvents)
    append.add({
      nid,
      event,
      json,
      auth,
      before,
      verdict: verdict.allowed ? 'accepted' : 'rejected',
      // Numbers only grow, so what is fetched later, which is older, comes before.
      backfilledAt: -nid,
      fillsGap: true,
      ...(known && { place: known.chain }),
      missing: event.prevEvents
        .filter((id) => named.get(id)?.stateAfter === undefined)
        .map((eventId) => ({ eventId, depth: Math.max(0, event.depth - 1) })),
    })
    return { result: undefined, durable: engine.commit(room, append) }
  }
