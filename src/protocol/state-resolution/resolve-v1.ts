// State resolution of room version 1. Known to lose state; kept for old rooms.
// spec: rooms/v1 #state-resolution

import { authorize } from '#protocol/auth-rules/auth-rules.ts'
import type { RoomEvent, StateView } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { EventSource, ResolutionRules } from './event-source.ts'
import { sha1Hex } from './sha1.ts'
import { type StateMap, splitStateKey, stateKeyOf } from './state-map.ts'

/** Types whose conflicts are resolved before the others, in this order, because they decide who may do what. */
const typesInOrder = ['m.room.power_levels', 'm.room.join_rules', 'm.room.member']

/**
 * Resolves states of a room of version 1. A key conflicts only if two states have different events for it: unlike in v2, an event
 * that only some states have stands.
 *
 * Keys of one type are resolved against the state from before that type's turn, so the order of the keys does not matter.
 */
export function resolveV1(states: readonly StateMap[], source: EventSource, rules: ResolutionRules): StateMap {
  const { resolved, conflicts } = unite(states, source)
  for (const type of typesInOrder) {
    const chosen = new Map<string, EventId>()
    for (const [key, events] of conflicts) {
      if (splitStateKey(key).type !== type) continue
      const last = lastAllowed(events, resolved, source, rules)
      if (last !== undefined) chosen.set(key, last.eventId)
      conflicts.delete(key)
    }
    for (const [key, id] of chosen) resolved.set(key, id)
  }
  const others = new Map<string, EventId>()
  for (const [key, events] of conflicts) {
    const deepest = [...events].reverse().find((event) => isAllowed(event, resolved, source, rules))
    // Where none is allowed the rules are silent, and other servers keep the shallowest: see docs/decisions/0035.
    const chosen = deepest ?? events[0]
    if (chosen !== undefined) others.set(key, chosen.eventId)
  }
  for (const [key, id] of others) resolved.set(key, id)
  return resolved
}

interface United {
  /** The union of the states without conflicting events. */
  readonly resolved: Map<string, EventId>
  /** Conflicting events by key, by ascending depth, then descending SHA-1. */
  readonly conflicts: Map<string, readonly RoomEvent[]>
}

function unite(states: readonly StateMap[], source: EventSource): United {
  const resolved = new Map<string, EventId>()
  const conflicting = new Map<string, Set<EventId>>()
  for (const state of new Set(states)) {
    for (const [key, id] of state) {
      const before = resolved.get(key)
      if (before === undefined) resolved.set(key, id)
      else if (before !== id) conflicting.set(key, (conflicting.get(key) ?? new Set([before])).add(id))
    }
  }
  const conflicts = new Map<string, readonly RoomEvent[]>()
  for (const [key, ids] of conflicting) {
    resolved.delete(key)
    conflicts.set(key, sortByDepth(ids, source))
  }
  return { resolved, conflicts }
}

function sortByDepth(ids: ReadonlySet<EventId>, source: EventSource): readonly RoomEvent[] {
  const events: { readonly event: RoomEvent; readonly hash: string }[] = []
  for (const id of ids) {
    const event = source.event(id)
    if (event !== undefined) events.push({ event, hash: sha1Hex(id) })
  }
  events.sort((a, b) => a.event.depth - b.event.depth || (a.hash < b.hash ? 1 : -1))
  return events.map(({ event }) => event)
}

/** The first event stands without a check; each further one if the state with the one before it allows it; the first refusal ends. */
function lastAllowed(
  events: readonly RoomEvent[],
  resolved: StateMap,
  source: EventSource,
  rules: ResolutionRules,
): RoomEvent | undefined {
  const [first, ...further] = events
  let last = first
  for (const event of further) {
    if (!isAllowed(event, resolved, source, rules, last)) break
    last = event
  }
  return last
}

function isAllowed(
  event: RoomEvent,
  resolved: StateMap,
  source: EventSource,
  { crypto }: ResolutionRules,
  added?: RoomEvent,
): boolean {
  const state: StateView = {
    get(type, stateKey) {
      if (added !== undefined && added.type === type && added.stateKey === stateKey) return added
      const id = resolved.get(stateKeyOf(type, stateKey))
      return id && source.event(id)
    },
  }
  return authorize(event, { state, crypto }).allowed
}
