// Joins a room that is known by its ID.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/join

import { joinRoomById } from '#api/client/join-room-by-id.ts'
import { handler } from '../handler.ts'
import { enterRoom } from './enter-room.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleJoinRoomById = handler(
  joinRoomById,
  (modules: WithRooms) =>
    ({ params, body, session }) =>
      enterRoom(modules, session, { roomId: params.roomId, servers: [] }, body.reason),
)
