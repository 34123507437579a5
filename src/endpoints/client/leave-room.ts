// Leaves a room, declines an invite or withdraws a knock.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/leave

import { leaveRoom } from '#api/client/leave-room.ts'
import { notFound } from '#protocol/errors/errors.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleLeaveRoom = handler(leaveRoom, ({ rooms }: WithRooms) => async ({ params, body, session }) => {
  const { roomId } = params
  const { userId } = session
  const room = await rooms.roomOf(roomId, userId)
  if (room === undefined) throw notFound('You are neither in this room nor invited to it.')
  if (room.membership === 'leave') return {}
  const content: JsonObject = body.reason === undefined ? {} : { reason: body.reason }
  await rooms.leave({ roomId, userId, servers: [], content })
  return {}
})
