// The published rooms of this server, or of another.
// spec: client-server-api, GET /_matrix/client/v3/publicRooms

import { getPublicRooms } from '#api/client/get-public-rooms.ts'
import { handler } from '../handler.ts'
import { publicRoomsOf } from './public-rooms-of.ts'
import type { WithDirectories } from './rooms-modules.ts'

export const handleGetPublicRooms = handler(
  getPublicRooms,
  (modules: WithDirectories) =>
    ({ query: { server, ...asked }, serverName, http }) =>
      publicRoomsOf(modules, server ?? serverName, asked, http.signal),
)
