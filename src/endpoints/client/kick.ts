// Makes a user leave a room.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/kick

import { refuseGuest, refuseSuspended } from '#accounts/accounts.ts'
import { kick } from '#api/client/kick.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleKick = handler(kick, ({ rooms }: WithRooms) => async ({ params, body, session }) => {
  refuseGuest(session)
  refuseSuspended(session)
  await rooms.kick({ roomId: params.roomId, sender: session.userId, target: body.user_id, reason: body.reason })
  return {}
})
