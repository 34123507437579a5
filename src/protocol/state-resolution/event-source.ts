// What resolving needs to know of events, handed in by the caller, who has loaded it before.
// spec: rooms/v2 #state-resolution, rooms/v12 #state-resolution

import type { SignatureCheck } from '#protocol/auth-rules/auth-rules.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import type { StateMap } from './state-map.ts'

/**
 * Events by ID. To be loaded before a resolution of v2 or v2.1:
 *
 * - the full conflicted set (conflicted state events, auth difference, since v12 the conflicted subgraph);
 * - the auth events of those, one step; and from each, the chain of m.room.power_levels events by auth events;
 * - the state events that `authEventKeys` names for those, from the unconflicted state; since v12 the create event of the room;
 * - where `authDifference` and `conflictedSubgraph` are left to the functions here: the whole auth chains of all states.
 *
 * For v1: all conflicting events, and the auth state that `authEventKeys` names for them.
 *
 * An event that is not known is passed over as if it were refused: two servers that loaded different events resolve differently.
 */
export interface EventSource {
  event(id: EventId): RoomEvent | undefined
  /** Rejected events are not used in place of missing state. */
  isRejected(id: EventId): boolean
  /** From an index, where the whole auth chains are not loaded. */
  authDifference?(states: readonly StateMap[]): ReadonlySet<EventId>
  /** From an index. Since v12. */
  conflictedSubgraph?(conflicted: ReadonlySet<EventId>): ReadonlySet<EventId>
}

export interface ResolutionRules {
  readonly version: RoomVersion
  /** For the proofs in third-party invites. */
  readonly crypto: SignatureCheck
}
