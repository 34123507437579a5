// What may be told of a room without joining it.
// spec: client-server-api, GET /_matrix/client/v1/room_summary/{roomIdOrAlias}

import { getRoomSummary } from '#api/client/get-room-summary.ts'
import { missingToken } from '#protocol/errors/errors.ts'
import { type RoomAlias, type RoomId, type ServerName, serverOfAlias } from '#protocol/identifiers/identifiers.ts'
import { summaryJson } from '#protocol/room-summary/room-summary.ts'
import { handler } from '../handler.ts'
import { likelyServers, namedRoom } from './room-servers.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetRoomSummary = handler(
  getRoomSummary,
  ({ rooms }: WithRooms) =>
    async ({ params: { roomIdOrAlias }, query, session, serverName, http }) => {
      if (session === undefined) refuseElsewhere(roomIdOrAlias, serverName)
      const room = await namedRoom(rooms, roomIdOrAlias, query.via ?? [], http.signal)
      const { roomId } = room
      const servers = session === undefined ? [] : await likelyServers(rooms, room, session.userId)
      const asked = { roomId, servers, userId: session?.userId, signal: http.signal }
      const { summary, membership = 'leave' } = await rooms.discovery.summary(asked)
      return { ...summaryJson(summary), ...(session !== undefined && { membership }) }
    },
)

/** For somebody who is not logged in, no other server is asked. */
function refuseElsewhere(name: RoomId | RoomAlias, serverName: ServerName): void {
  if (name.startsWith('#') && serverOfAlias(name as RoomAlias) !== serverName)
    throw missingToken('Log in to look at rooms of other servers.')
}
