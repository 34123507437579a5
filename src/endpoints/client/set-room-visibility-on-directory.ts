// Puts a room into this server's directory, or takes it out.
// spec: client-server-api, PUT /_matrix/client/v3/directory/list/room/{roomId}

import { refuseGuest, refuseSuspended } from '#accounts/accounts.ts'
import { setRoomVisibilityOnDirectory } from '#api/client/set-room-visibility-on-directory.ts'
import { forbidden, notFound } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleSetRoomVisibilityOnDirectory = handler(
  setRoomVisibilityOnDirectory,
  ({ rooms }: WithRooms) =>
    async ({ params, body, session }) => {
      refuseGuest(session)
      refuseSuspended(session)
      const { roomId } = params
      if (!(await rooms.isResident(roomId))) throw notFound('This server is not in that room.')
      const may = session.isAdmin || (await rooms.maySendState(roomId, session.userId, 'm.room.canonical_alias'))
      if (!may)
        throw forbidden('directory/power-level', 'Only moderators of a room decide whether it is in the directory.')
      await rooms.publish(roomId, (body.visibility ?? 'public') === 'public')
      return {}
    },
)
