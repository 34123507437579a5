// Searches the published rooms of this server, or of another.
// spec: client-server-api, POST /_matrix/client/v3/publicRooms

import { queryPublicRooms } from '#api/client/query-public-rooms.ts'
import { handler } from '../handler.ts'
import { publicRoomsOf } from './public-rooms-of.ts'
import type { WithDirectories } from './rooms-modules.ts'

export const handleQueryPublicRooms = handler(
  queryPublicRooms,
  (modules: WithDirectories) =>
    ({ query, body, serverName, http }) =>
      publicRoomsOf(modules, query.server ?? serverName, body, http.signal),
)
