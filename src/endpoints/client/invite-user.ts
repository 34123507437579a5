// Invites a user to a room.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/invite

import { refuseGuest, refuseSuspended } from '#accounts/accounts.ts'
import { inviteUser } from '#api/client/invite-user.ts'
import { handler } from '../handler.ts'
import { refuseBlockedInvite } from './invite-permission.ts'
import { memberContent } from './member-content.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleInviteUser = handler(
  inviteUser,
  ({ accounts, rooms }: WithRooms) =>
    async ({ params, body, session, serverName }) => {
      refuseGuest(session)
      refuseSuspended(session)
      const target = body.user_id
      await refuseBlockedInvite(accounts, target, serverName)
      const content = await memberContent(accounts, target, body.reason)
      await rooms.invite({ roomId: params.roomId, sender: session.userId, target, membership: 'invite', content })
      return {}
    },
)
