// A page of a directory as clients and other servers get it, and what is asked for it.
// spec: client-server-api #published-room-directory; server-server-api #published-room-directory

import { invalidParam } from '#protocol/errors/errors.ts'
import { limitOf } from '#protocol/event-filter/event-filter.ts'
import { publicRoomJson, type RoomSummary } from '#protocol/room-summary/room-summary.ts'
import type { Rooms } from '#rooms/rooms.ts'

/** Rooms of a page unless told, and at most. */
const STANDARD = 100
const MOST = 500

export interface DirectoryAsked {
  readonly limit?: number
  readonly since?: string
  readonly filter?: { readonly generic_search_term?: string; readonly room_types?: readonly (string | null)[] }
  readonly include_all_networks?: boolean
  readonly third_party_instance_id?: string
}

interface Page {
  readonly rooms: readonly RoomSummary[]
  readonly nextBatch: string | undefined
  readonly previousBatch: string | undefined
  readonly total: number | undefined
}

/** A limit of 0 asks for as many as we like: so the other servers have it. */
export const directoryLimit = (limit: number | undefined): number => limitOf(limit || undefined, STANDARD, MOST)

export const publicRoomsAnswer = ({ rooms, nextBatch, previousBatch, total }: Page) => ({
  chunk: rooms.map(publicRoomJson),
  ...(nextBatch !== undefined && { next_batch: nextBatch }),
  ...(previousBatch !== undefined && { prev_batch: previousBatch }),
  ...(total !== undefined && { total_room_count_estimate: total }),
})

/** @throws 400 for both a network and all networks. */
export function refuseNetworkAmongAll(asked: DirectoryAsked): void {
  if (asked.include_all_networks !== true || asked.third_party_instance_id === undefined) return
  throw invalidParam('Ask for one network or for all: leave out third_party_instance_id or include_all_networks.')
}

/** A page of our own directory. Rooms of other networks are there none. */
export async function ownPublicRooms({ discovery }: Pick<Rooms, 'discovery'>, asked: DirectoryAsked) {
  refuseNetworkAmongAll(asked)
  if (asked.third_party_instance_id) return publicRoomsAnswer(noRooms)
  const page = await discovery.publicRooms({
    limit: directoryLimit(asked.limit),
    since: asked.since,
    searchTerm: asked.filter?.generic_search_term,
    roomTypes: asked.filter?.room_types,
  })
  return publicRoomsAnswer(page)
}

const noRooms: Page = { rooms: [], nextBatch: undefined, previousBatch: undefined, total: 0 }
