// The published rooms of this server, or of another.
// spec: client-server-api, GET /_matrix/client/v3/publicRooms

import { getPublicRooms } from '#api/client/get-public-rooms.ts'
import { missingToken } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'
import { publicRoomsOf } from './public-rooms-of.ts'
import type { WithDirectories } from './rooms-modules.ts'

export const handleGetPublicRooms = handler(
  getPublicRooms,
  (modules: WithDirectories) =>
    ({ query, session, serverName, http }) => {
      const { server = serverName, ...asked } = query
      if (session === undefined && server !== serverName) {
        throw missingToken('Log in to look at the directories of other servers.')
      }
      return publicRoomsOf(modules, server, asked, http.signal)
    },
)
