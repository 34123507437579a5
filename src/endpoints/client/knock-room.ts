// Asks to be let into a room.
// spec: client-server-api, POST /_matrix/client/v3/knock/{roomIdOrAlias}

import { refuseGuest, refuseSuspended } from '#accounts/accounts.ts'
import { knockRoom } from '#api/client/knock-room.ts'
import { handler } from '../handler.ts'
import { memberContent } from './member-content.ts'
import { likelyServers, namedRoom } from './room-servers.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleKnockRoom = handler(
  knockRoom,
  ({ accounts, rooms }: WithRooms) =>
    async ({ params, query, body, session, http }) => {
      refuseGuest(session)
      refuseSuspended(session)
      const { userId } = session
      const via = [...(query.via ?? []), ...(query.server_name ?? [])]
      const room = await namedRoom(rooms, params.roomIdOrAlias, via, http.signal)
      const servers = await likelyServers(rooms, room, userId)
      const content = await memberContent(accounts, userId, body.reason)
      await rooms.knock({ roomId: room.roomId, userId, servers, content })
      return { room_id: room.roomId }
    },
)
