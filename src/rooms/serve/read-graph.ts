// What other servers ask of a room's graph: states, auth chains, history.
// spec: server-server-api #retrieving-events, #backfilling-and-retrieving-missing-events

import { createEventIdOf, type EventId } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'

/** All events of the state before an event. Empty for an outlier. */
export async function stateBefore(engine: Engine, known: KnownEvent): Promise<KnownEvent[]> {
  if (!known.stateBefore) return []
  const root = await engine.nodes.ensureAll(engine.root(known.stateBefore))
  const nids = [...engine.nodes.trie.entries(root)].map((entry) => entry.eventNid)
  return [...(await engine.log.byNids(nids)).values()]
}

/**
 * The union of the auth chains of events of one room, without those events that are in nobody's.
 *
 * Since v12 with the create event, which the room ID names instead of `auth_events`: other servers look for it here.
 */
export async function authChainOf(engine: Engine, events: readonly KnownEvent[]): Promise<KnownEvent[]> {
  const named = await engine.log.byNids(events.flatMap((known) => known.authNids))
  const nids = await engine.chains.chainsOf([...named.values()].flatMap(({ chain }) => chain ?? []))
  const chain = await engine.log.byNids(nids)
  const create = await impliedCreate(engine, events)
  return [...(create && !chain.has(create.nid) ? [create] : []), ...chain.values()]
}

async function impliedCreate(engine: Engine, events: readonly KnownEvent[]): Promise<KnownEvent | undefined> {
  const first = events.find(({ event }) => event.version.roomIdIsCreateHash && event.type !== 'm.room.create')
  const id = first && createEventIdOf(first.event.roomId)
  return id && engine.log.byId(id)
}

/** Events before and including some, breadth first by previous events, at most `limit`. */
export async function historyBefore(
  engine: Engine,
  roomNid: number,
  from: readonly EventId[],
  limit: number,
): Promise<KnownEvent[]> {
  return walk(engine, roomNid, from, limit, () => true)
}

/** What lies between `earliest` (left out) and `latest` (left out). */
export async function eventsBetween(
  engine: Engine,
  roomNid: number,
  asked: { earliest: readonly EventId[]; latest: readonly EventId[]; limit: number; minDepth: number },
): Promise<KnownEvent[]> {
  const stop = new Set(asked.earliest)
  const ends = await engine.inOrder(asked.latest)
  const from = ends.filter((known) => known.roomNid === roomNid).flatMap(({ event }) => [...event.prevEvents])
  const found = await walk(
    engine,
    roomNid,
    from,
    asked.limit,
    ({ event }) => !stop.has(event.eventId) && event.depth >= asked.minDepth,
  )
  return found.reverse()
}

async function walk(
  engine: Engine,
  roomNid: number,
  from: readonly EventId[],
  limit: number,
  goOn: (known: KnownEvent) => boolean,
): Promise<KnownEvent[]> {
  const found = new Map<EventId, KnownEvent>()
  let edge = [...from]
  while (edge.length > 0 && found.size < limit) {
    const next: EventId[] = []
    for (const known of (await engine.log.byIds(edge)).values()) {
      const { eventId, prevEvents } = known.event
      if (found.size >= limit || found.has(eventId) || known.roomNid !== roomNid || known.outlier || known.rejected)
        continue
      if (!goOn(known)) continue
      found.set(eventId, known)
      next.push(...prevEvents.filter((id) => !found.has(id)))
    }
    edge = next
  }
  return [...found.values()]
}
