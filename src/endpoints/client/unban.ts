// Lifts a ban.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/unban

import { refuseGuest, refuseSuspended } from '#accounts/accounts.ts'
import { unban } from '#api/client/unban.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleUnban = handler(unban, ({ rooms }: WithRooms) => async ({ params, body, session }) => {
  refuseGuest(session)
  refuseSuspended(session)
  await rooms.unban({ roomId: params.roomId, sender: session.userId, target: body.user_id, reason: body.reason })
  return {}
})
