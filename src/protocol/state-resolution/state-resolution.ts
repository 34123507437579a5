// State resolution: one room state out of several. Pure, deterministic, of all room versions. Face of the folder.
// spec: rooms/v1, rooms/v2, rooms/v12 #state-resolution

import type { EventId } from '#protocol/identifiers/identifiers.ts'
import { authDifference, conflictedSubgraph } from './auth-chains.ts'
import type { EventSource, ResolutionRules } from './event-source.ts'
import { resolveV1 } from './resolve-v1.ts'
import { resolveConflict } from './resolve-v2.ts'
import { conflictedEvents, separate } from './separate.ts'
import type { StateMap } from './state-map.ts'

export { authChain, authDifference, conflictedSubgraph } from './auth-chains.ts'
export type { EventSource, ResolutionRules } from './event-source.ts'
export { isPowerEvent } from './power-ordering.ts'
export { type Conflict, resolveConflict } from './resolve-v2.ts'
export { conflictedEvents, type SeparatedStates, separate } from './separate.ts'
export { type StateLookup, type StateMap, splitStateKey, stateKeyOf } from './state-map.ts'

/**
 * The resolution of a set of states; neither their order nor repetition matters. What must be loaded: see `EventSource`.
 *
 * A single state, or states that are the same object, come back as they are. Never throws, whatever the events contain.
 */
export function resolveState(states: readonly StateMap[], source: EventSource, rules: ResolutionRules): StateMap {
  const different = [...new Set(states)]
  const [first] = different
  if (first === undefined) return new Map()
  if (different.length === 1) return first
  if (rules.version.stateResolution === 'v1') return resolveV1(different, source, rules)

  const separated = separate(different)
  if (separated.conflicted.size === 0) return first
  const conflicted = conflictedEvents(separated)
  const added = resolveConflict(
    {
      unconflicted: separated.unconflicted,
      conflicted,
      authDifference: source.authDifference?.(different) ?? authDifference(different, source),
      conflictedSubgraph: subgraphOf(conflicted, source, rules),
    },
    source,
    rules,
  )
  return added.size === 0 ? separated.unconflicted : new Map([...separated.unconflicted, ...added])
}

function subgraphOf(
  conflicted: ReadonlySet<EventId>,
  source: EventSource,
  { version }: ResolutionRules,
): ReadonlySet<EventId> {
  if (version.stateResolution !== 'v2.1') return new Set()
  return source.conflictedSubgraph?.(conflicted) ?? conflictedSubgraph(conflicted, source)
}
