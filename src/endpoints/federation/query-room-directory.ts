// The room behind one of our aliases, and servers to join through.
// spec: server-server-api, GET /_matrix/federation/v1/query/directory

import { queryRoomDirectory } from '#api/federation/query-room-directory.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './federation-modules.ts'

/** Enough to try; a large room has thousands. */
const MOST_SERVERS = 100

export const handleQueryRoomDirectory = handler(
  queryRoomDirectory,
  ({ rooms }: WithRooms) =>
    async ({ query, serverName }) => {
      const found = await rooms.aliases.get(query.room_alias)
      if (!found) throw notFound('There is no room with this alias here.')
      const inRoom = (await rooms.head(found.roomId))?.serverNames ?? []
      return { room_id: found.roomId, servers: [...new Set([serverName, ...inRoom])].slice(0, MOST_SERVERS) }
    },
)
