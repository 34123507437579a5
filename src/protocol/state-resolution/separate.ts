// Splits states into what they agree on and what they do not.
// spec: rooms/v2 #state-resolution (unconflicted state map and conflicted state set)

import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { StateMap } from './state-map.ts'

export interface SeparatedStates {
  /** Keys that every state has, with the same event. */
  readonly unconflicted: StateMap
  /** All events that some states have at the other keys: one or more by key. */
  readonly conflicted: ReadonlyMap<string, ReadonlySet<EventId>>
}

/**
 * One pass over each different state; one set per conflicted key and nothing per agreed key. A key that only some states have is
 * conflicted.
 */
export function separate(states: readonly StateMap[]): SeparatedStates {
  const [first, ...others] = new Set(states)
  if (first === undefined) return { unconflicted: new Map(), conflicted: new Map() }
  if (others.length === 0) return { unconflicted: first, conflicted: new Map() }

  const unconflicted = new Map<string, EventId>()
  const conflicted = new Map<string, Set<EventId>>()
  for (const [key, id] of first) {
    if (others.every((state) => state.get(key) === id)) unconflicted.set(key, id)
    else addTo(conflicted, key, id)
  }
  for (const state of others) {
    for (const [key, id] of state) {
      // All that agree agree with the first.
      if (!unconflicted.has(key)) addTo(conflicted, key, id)
    }
  }
  return { unconflicted, conflicted }
}

/** The events of all conflicted keys. */
export function conflictedEvents(separated: SeparatedStates): ReadonlySet<EventId> {
  const events = new Set<EventId>()
  for (const ids of separated.conflicted.values()) for (const id of ids) events.add(id)
  return events
}

function addTo(sets: Map<string, Set<EventId>>, key: string, id: EventId): void {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([id]))
  else set.add(id)
}
