// The room behind an alias.
// spec: client-server-api, GET /_matrix/client/v3/directory/room/{roomAlias}

import { getRoomIdByAlias } from '#api/client/get-room-id-by-alias.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetRoomIdByAlias = handler(getRoomIdByAlias, ({ rooms }: WithRooms) => async ({ params, http }) => {
  const target = await rooms.aliases.find(params.roomAlias, http.signal)
  if (target === undefined) throw notFound('There is no room with this alias. Check its spelling.')
  return { room_id: target.roomId, servers: [...target.servers] }
})
