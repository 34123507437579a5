// What is asked of other servers to find rooms, and points in their history.
// spec: server-server-api #published-room-directory, #spaces, #retrieving-events

import type { EventId, RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { RoomSummary, SpaceRoom } from '#protocol/room-summary/room-summary.ts'
import type { Outcome } from '../failure.ts'

export interface PublicRoomsRequest {
  readonly limit: number | undefined
  /** The other server's own token. */
  readonly since: string | undefined
  readonly searchTerm?: string | undefined
  /** `null`: rooms without a type. */
  readonly roomTypes?: readonly (string | null)[] | undefined
  readonly includeAllNetworks?: boolean | undefined
  readonly thirdPartyInstanceId?: string | undefined
}

export interface PublicRooms {
  readonly rooms: readonly RoomSummary[]
  readonly nextBatch: string | undefined
  readonly previousBatch: string | undefined
  readonly total: number | undefined
}

export interface HierarchyLevel {
  readonly room: SpaceRoom
  /** The room's children that we may know of. `children` of a child is undefined where it was not told. */
  readonly children: readonly SpaceRoom[]
  /** Not to be asked for anywhere. */
  readonly inaccessible: readonly RoomId[]
}

export interface DiscoveryCalls {
  /** At most 500 rooms are kept; those that are not well-formed are left out. */
  getPublicRooms(to: ServerName, asked: PublicRoomsRequest, signal?: AbortSignal): Promise<Outcome<PublicRooms>>
  /** A room and its children, one level deep; at most 1,000 of each. */
  getHierarchy(to: ServerName, roomId: RoomId, signal?: AbortSignal): Promise<Outcome<HierarchyLevel>>
  /** The event nearest to a time, of what the other server has. Its word alone: fetch the event. */
  getEventNear(
    to: ServerName,
    asked: { readonly roomId: RoomId; readonly time: number; readonly direction: 'b' | 'f' },
    signal?: AbortSignal,
  ): Promise<Outcome<{ readonly eventId: EventId; readonly originServerTs: number }>>
}
