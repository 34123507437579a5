// Joins a room by its ID or alias.
// spec: client-server-api, POST /_matrix/client/v3/join/{roomIdOrAlias}

import { joinRoom } from '#api/client/join-room.ts'
import { handler } from '../handler.ts'
import { enterRoom } from './enter-room.ts'
import { namedRoom } from './room-servers.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleJoinRoom = handler(
  joinRoom,
  (modules: WithRooms) =>
    async ({ params, query, body, session, http }) => {
      const via = [...(query.via ?? []), ...(query.server_name ?? [])]
      const room = await namedRoom(modules.rooms, params.roomIdOrAlias, via, http.signal)
      return enterRoom(modules, session, room, body.reason)
    },
)
