// The head of a room: everything the next append is computed on. Immutable: an append makes the next one.
// spec: docs/architecture.md, decision 2

import type { EventId, RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import type { StateNode } from '../state/state-map.ts'

export interface Extremity {
  readonly nid: number
  readonly eventId: EventId
  readonly depth: number
}

export interface RoomHead {
  readonly roomNid: number
  readonly roomId: RoomId
  readonly version: RoomVersion
  /** Number of appends so far. */
  readonly serial: number
  /** Current state; undefined while we are not in the room. */
  readonly state: StateNode | undefined
  readonly extremities: readonly Extremity[]
  readonly joined: number
  readonly invited: number
  /** Joined members by server. Copied when a server comes or goes, else shared. */
  readonly servers: ReadonlyMap<ServerName, number>
  /** The keys of `servers`, as one list that all events share while no server comes or goes. */
  readonly serverNames: readonly ServerName[]
}

export const extremitiesToText = (extremities: readonly Extremity[]): string =>
  JSON.stringify(extremities.map(({ nid, eventId, depth }) => [nid, eventId, depth]))

export const extremitiesFromText = (text: string): Extremity[] =>
  (JSON.parse(text) as [number, EventId, number][]).map(([nid, eventId, depth]) => ({ nid, eventId, depth }))
