// Drops a room that the user has left from the user's lists.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/forget

import { refuseGuest } from '#accounts/accounts.ts'
import { forgetRoom } from '#api/client/forget-room.ts'
import { unknown } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleForgetRoom = handler(forgetRoom, ({ rooms }: WithRooms) => async ({ params, session }) => {
  refuseGuest(session)
  if (await rooms.forget(params.roomId, session.userId)) return {}
  throw unknown('Only a room that you have left can be forgotten. Leave it first.')
})
