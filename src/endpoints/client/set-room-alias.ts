// Gives a room an alias.
// spec: client-server-api, PUT /_matrix/client/v3/directory/room/{roomAlias}

import { refuseGuest, refuseSuspended } from '#accounts/accounts.ts'
import { setRoomAlias } from '#api/client/set-room-alias.ts'
import { forbidden, invalidParam, MatrixError } from '#protocol/errors/errors.ts'
import { serverOfAlias } from '#protocol/identifiers/identifiers.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleSetRoomAlias = handler(
  setRoomAlias,
  ({ rooms }: WithRooms) =>
    async ({ params, body, session, serverName }) => {
      refuseGuest(session)
      refuseSuspended(session)
      const { roomAlias: alias } = params
      const { room_id: roomId } = body
      if (serverOfAlias(alias) !== serverName) {
        throw invalidParam(`Here aliases end with :${serverName}. Choose one that does.`)
      }
      if ((await rooms.membership(roomId, session.userId)) !== 'join') {
        throw forbidden('alias/not-in-room', 'Only members of a room can give it an alias. Join the room first.')
      }
      if (await rooms.aliases.set(alias, roomId, session.userId)) return {}
      throw new MatrixError({
        status: 409,
        errcode: 'M_UNKNOWN',
        message: `The alias ${alias} is taken. Choose another one.`,
      })
    },
)
