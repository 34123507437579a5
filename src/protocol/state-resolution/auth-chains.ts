// Auth difference and conflicted subgraph, computed from the events. An index does the same in large rooms.
// spec: rooms/v2 #state-resolution (auth chain, auth difference), rooms/v12 (conflicted state subgraph)

import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { EventSource } from './event-source.ts'
import { separate } from './separate.ts'
import type { StateMap } from './state-map.ts'

type Events = Pick<EventSource, 'event'>

/**
 * The events that are in the auth chain of some states and not of all.
 *
 * A state's own events count as reached by it, as in the servers that rooms of v2 to v12 live on; the specification's words leave them
 * out (docs/decisions/0026). All auth chains must be loaded.
 */
export function authDifference(states: readonly StateMap[], source: Events): ReadonlySet<EventId> {
  const different = [...new Set(states)]
  const { unconflicted } = separate(different)
  const reachedBy = new Map<EventId, number>()
  for (const state of different) {
    // What all states share leads to the same events in each: it is taken away below, once.
    const own = [...state].filter(([key, id]) => unconflicted.get(key) !== id).map(([, id]) => id)
    for (const id of new Set([...own, ...authChain(own, source)])) reachedBy.set(id, (reachedBy.get(id) ?? 0) + 1)
  }
  const difference = new Set<EventId>()
  for (const [id, times] of reachedBy) if (times < different.length) difference.add(id)
  if (difference.size > 0) {
    for (const id of authChain(unconflicted.values(), source)) difference.delete(id)
    for (const id of unconflicted.values()) difference.delete(id)
  }
  return difference
}

/** All events that auth events lead to, without the starting events unless another one leads to them. */
export function authChain(from: Iterable<EventId>, source: Events): ReadonlySet<EventId> {
  const chain = new Set<EventId>()
  const open = [...from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const next of source.event(id)?.authEvents ?? []) {
      if (chain.has(next)) continue
      chain.add(next)
      open.push(next)
    }
  }
  return chain
}

/**
 * Every event on a path along auth events from one conflicted event to another, the ends included.
 *
 * That is: the events that a conflicted event leads to and that lead to a conflicted event. Walks back from the conflicted events
 * over the edges found on the way there. The auth chains of the conflicted events must be loaded.
 */
export function conflictedSubgraph(conflicted: ReadonlySet<EventId>, source: Events): ReadonlySet<EventId> {
  const citedBy = citations(conflicted, source)
  const subgraph = new Set<EventId>()
  const open = [...conflicted].filter((id) => citedBy.has(id))
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (subgraph.has(id)) continue
    subgraph.add(id)
    open.push(...(citedBy.get(id) ?? []))
  }
  return subgraph
}

/** Who cites whom, among the events reached from `from`. */
function citations(from: ReadonlySet<EventId>, source: Events): ReadonlyMap<EventId, readonly EventId[]> {
  const citedBy = new Map<EventId, EventId[]>()
  const seen = new Set(from)
  const open = [...from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const next of source.event(id)?.authEvents ?? []) {
      const citing = citedBy.get(next)
      if (citing === undefined) citedBy.set(next, [id])
      else citing.push(id)
      if (seen.has(next)) continue
      seen.add(next)
      open.push(next)
    }
  }
  return citedBy
}
