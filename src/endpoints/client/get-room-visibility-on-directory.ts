// Whether a room is in this server's directory.
// spec: client-server-api, GET /_matrix/client/v3/directory/list/room/{roomId}

import { getRoomVisibilityOnDirectory } from '#api/client/get-room-visibility-on-directory.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetRoomVisibilityOnDirectory = handler(
  getRoomVisibilityOnDirectory,
  ({ rooms }: WithRooms) =>
    async ({ params }) => {
      if (!(await rooms.isResident(params.roomId))) throw notFound('This server is not in that room.')
      const visibility: 'public' | 'private' = (await rooms.isPublished(params.roomId)) ? 'public' : 'private'
      return { visibility }
    },
)
