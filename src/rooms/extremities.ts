// The ends of a room's history: which of them the next event names, what the state is where it stands, and which ends are left when it has come.
// spec: server-server-api #pdus (prev_events), #soft-failure; rooms/ #state-resolution

import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import { membershipCode } from './room/append.ts'
import type { Engine } from './room/engine.ts'
import type { HotRoom } from './room/hot-room.ts'
import type { KnownEvent } from './room/known-event.ts'
import type { Extremity } from './room/room-head.ts'
import type { StateNode } from './state/state-map.ts'

/** As many as an event may name. The others stay extremities until a later event takes them up. */
const MOST_NAMED = 20

/** More ends than this are not kept: others' floods are cut off here. */
const MOST_EXTREMITIES = 100

/** Soft-failed and rejected events that are passed over to find the extremities behind them; a longer row of them leaves one too many. */
const MOST_LOOKED_BEHIND = 100

/** The extremities that an event of ours names: the deepest, and of those as deep the newest. All of them nearly always. */
export function extremitiesToName(all: readonly Extremity[]): readonly Extremity[] {
  if (all.length <= MOST_NAMED) return all
  return [...all].sort((a, b) => b.depth - a.depth || b.nid - a.nid).slice(0, MOST_NAMED)
}

/** The state before an event that names these as its previous events. Inside the room's turn. */
export function stateAfterAll(engine: Engine, room: HotRoom, previous: Iterable<KnownEvent>): Promise<StateNode> {
  return engine.resolve(room, rootsAfter(engine, previous))
}

const rootsAfter = (engine: Engine, events: Iterable<KnownEvent>): StateNode[] =>
  [...events].flatMap(({ stateAfter }) => (stateAfter ? engine.root(stateAfter) : []))

/** What an event changes of the state it stands on. */
export const ownKey = ({ type, stateKey }: Pick<RoomEvent, 'type' | 'stateKey'>) =>
  stateKey === undefined ? [] : [{ type, stateKey }]

export interface NewEnd {
  readonly event: RoomEvent
  readonly nid: number
  /** The state before the event. */
  readonly before: StateNode
}

/** The room's extremities with the event among them. `current`: the room's state then, where the event does not stand upon all the others. */
export async function withNewEnd(
  engine: Engine,
  room: HotRoom,
  end: NewEnd,
): Promise<{ extremities: readonly Extremity[]; current?: StateNode }> {
  const { event, nid, before } = end
  const others = (await extremitiesBeside(engine, room, event)).slice(-MOST_EXTREMITIES)
  const extremities = [...others, { nid, eventId: event.eventId, depth: event.depth }]
  if (others.length === 0) return { extremities }
  const tips = await engine.log.byNids(others.map((other) => other.nid))
  const roots = rootsAfter(engine, tips.values())
  if (event.stateKey === undefined) return { extremities, current: await engine.resolve(room, [...roots, before]) }
  const entry = { type: event.type, stateKey: event.stateKey, eventNid: nid, membership: membershipCode(event) }
  const after = engine.nodes.trie.set(await engine.nodes.ensure(before, ownKey(event)), entry)
  return { extremities, current: await resolveWith(engine, room, [...roots, after], end) }
}

/**
 * The extremities that the event does not stand upon. It stands also upon what lies behind the soft-failed and rejected events that it names:
 * those never were extremities, so nothing else takes away the ones before them.
 */
async function extremitiesBeside(engine: Engine, room: HotRoom, event: RoomEvent): Promise<readonly Extremity[]> {
  const named = new Set<EventId>(event.prevEvents)
  const beside = () => room.head.extremities.filter(({ eventId }) => !named.has(eventId))
  let edge: readonly EventId[] = event.prevEvents
  while (edge.length > 0 && named.size < MOST_LOOKED_BEHIND && beside().length > 0) {
    const passedOver = (await engine.inOrder(edge)).filter(({ softFailed, rejected }) => softFailed || rejected)
    edge = passedOver.flatMap((known) => known.event.prevEvents).filter((id) => !named.has(id))
    for (const id of edge) named.add(id)
  }
  return beside()
}

/** Resolves with an event among the states that is not stored yet. */
async function resolveWith(
  engine: Engine,
  room: HotRoom,
  roots: readonly StateNode[],
  { event, nid }: NewEnd,
): Promise<StateNode> {
  const auth = await engine.inOrder(event.authEvents)
  const draft: KnownEvent = {
    nid,
    roomNid: room.head.roomNid,
    event,
    json: '',
    position: null,
    outlier: true,
    rejected: false,
    softFailed: false,
    relay: false,
    stateBefore: undefined,
    stateAfter: undefined,
    stateCurrent: undefined,
    redactedBy: undefined,
    deviceId: undefined,
    txnId: undefined,
    authNids: auth.map((known) => known.nid),
    // Its chain would begin with it: what it reaches is what its auth events reach.
    chain: undefined,
    receivedTs: 0,
  }
  engine.log.remember(draft)
  try {
    return await engine.resolve(room, roots)
  } finally {
    engine.log.forget(draft)
  }
}
