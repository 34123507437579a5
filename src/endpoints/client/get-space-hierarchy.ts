// The rooms of a space, depth first.
// spec: client-server-api, GET /_matrix/client/v1/rooms/{roomId}/hierarchy

import { getSpaceHierarchy } from '#api/client/get-space-hierarchy.ts'
import { invalidParam } from '#protocol/errors/errors.ts'
import { limitOf } from '#protocol/event-filter/event-filter.ts'
import { spaceRoomJson } from '#protocol/room-summary/room-summary.ts'
import { handler } from '../handler.ts'
import { likelyServers } from './room-servers.ts'
import type { WithRooms } from './rooms-modules.ts'

/** Rooms of a page: unless told, and at most. */
const MOST = 50
/** Servers that a client may name. */
const MOST_VIA = 20

export const handleGetSpaceHierarchy = handler(
  getSpaceHierarchy,
  ({ rooms }: WithRooms) =>
    async ({ params: { roomId }, query, session, http }) => {
      if (query.limit === 0) throw invalidParam('A page has one room at least: ask for a limit above zero.')
      const { userId } = session
      const page = await rooms.discovery.walkSpace({
        roomId,
        userId,
        limit: limitOf(query.limit, MOST, MOST),
        maxDepth: query.max_depth,
        suggestedOnly: query.suggested_only ?? false,
        from: query.from,
        servers: await likelyServers(rooms, { roomId, servers: (query.via ?? []).slice(0, MOST_VIA) }, userId),
        signal: http.signal,
      })
      return { rooms: page.rooms.map(spaceRoomJson), ...(page.next !== undefined && { next_batch: page.next }) }
    },
)
