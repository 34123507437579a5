// The aliases that this server has for a room.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/aliases

import { getLocalAliases } from '#api/client/get-local-aliases.ts'
import { handler } from '../handler.ts'
import { plainReader } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetLocalAliases = handler(getLocalAliases, ({ rooms }: WithRooms) => async ({ params, session }) => {
  await rooms.reading.refuseUnlessMember(params.roomId, plainReader(session))
  return { aliases: await rooms.aliases.of(params.roomId) }
})
