// The rooms that the user is in.
// spec: client-server-api, GET /_matrix/client/v3/joined_rooms

import { getJoinedRooms } from '#api/client/get-joined-rooms.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetJoinedRooms = handler(getJoinedRooms, ({ rooms }: WithRooms) => async ({ session }) => {
  const all = await rooms.roomsOf(session.userId)
  return { joined_rooms: all.filter(({ membership }) => membership === 'join').map(({ roomId }) => roomId) }
})
