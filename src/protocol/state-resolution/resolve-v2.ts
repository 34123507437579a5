// State resolution of room versions 2 to 11 (v2) and 12 (v2.1).
// spec: rooms/v2 #state-resolution, rooms/v12 #state-resolution

import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { EventSource, ResolutionRules } from './event-source.ts'
import { applyAllowed, PartialState } from './iterative-auth-checks.ts'
import { sortByMainline } from './mainline-ordering.ts'
import { powerEventsWithChains, sortByPower } from './power-ordering.ts'
import { type StateLookup, stateKeyOf } from './state-map.ts'

/** States that were compared elsewhere, by walking only what differs between persistent maps and by an index of auth chains. */
export interface Conflict {
  readonly unconflicted: StateLookup
  /** The events at all conflicted keys. */
  readonly conflicted: ReadonlySet<EventId>
  readonly authDifference: ReadonlySet<EventId>
  /** Since v12; ignored before. */
  readonly conflictedSubgraph: ReadonlySet<EventId>
}

const nothing: StateLookup = Object.freeze({ get: () => undefined })

/**
 * Resolves a conflict (v2, v2.1; not for room version 1).
 *
 * @returns what comes to the unconflicted state: the events at the conflicted keys, without those keys that end up with no event,
 * and now and then an event of the auth difference at a key that no state has. The caller lays it over the unconflicted state.
 */
export function resolveConflict(
  conflict: Conflict,
  source: EventSource,
  rules: ResolutionRules,
): ReadonlyMap<string, EventId> {
  const isV21 = rules.version.stateResolution === 'v2.1'
  const full = fullConflictedSet(conflict, isV21)

  // 1, 2: since v2.1 from an empty state, so that what the forks happen to agree on cannot refuse what the auth chains allow.
  const powerIds = powerEventsWithChains(full, source)
  const state = new PartialState(isV21 ? nothing : conflict.unconflicted)
  applyAllowed(sortByPower(powerIds, source), state, source, rules)

  // 3, 4
  const powerLevelsId = state.get(stateKeyOf('m.room.power_levels', ''))
  const powerLevels = powerLevelsId && source.event(powerLevelsId)
  const others = knownEvents(full, powerIds, source)
  applyAllowed(sortByMainline(others, powerLevels || undefined, source), state, source, rules)

  // 5
  const resolved = new Map<string, EventId>()
  for (const [key, id] of state.applied) if (conflict.unconflicted.get(key) === undefined) resolved.set(key, id)
  return resolved
}

function fullConflictedSet(conflict: Conflict, isV21: boolean): ReadonlySet<EventId> {
  const full = new Set(conflict.conflicted)
  for (const id of conflict.authDifference) full.add(id)
  if (isV21) for (const id of conflict.conflictedSubgraph) full.add(id)
  return full
}

function knownEvents(
  ids: ReadonlySet<EventId>,
  except: ReadonlySet<EventId>,
  source: EventSource,
): readonly RoomEvent[] {
  const events: RoomEvent[] = []
  for (const id of ids) {
    const event = except.has(id) ? undefined : source.event(id)
    if (event !== undefined) events.push(event)
  }
  return events
}
