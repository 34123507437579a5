// Bans a user from a room.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/ban

import { refuseGuest, refuseSuspended } from '#accounts/accounts.ts'
import { ban } from '#api/client/ban.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleBan = handler(ban, ({ rooms }: WithRooms) => async ({ params, body, session }) => {
  refuseGuest(session)
  refuseSuspended(session)
  const { user_id: target, reason } = body
  await rooms.changeMembership({ roomId: params.roomId, sender: session.userId, target, membership: 'ban', reason })
  return {}
})
