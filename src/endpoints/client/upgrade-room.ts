// Moves a room to another room version.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/upgrade

import { refuseGuest, refuseSuspended } from '#accounts/accounts.ts'
import { upgradeRoom } from '#api/client/upgrade-room.ts'
import { handler } from '../handler.ts'
import { memberContent } from './member-content.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleUpgradeRoom = handler(
  upgradeRoom,
  ({ accounts, rooms }: WithRooms) =>
    async ({ params, body, session }) => {
      refuseGuest(session)
      refuseSuspended(session)
      const replacement = await rooms.upgrade({
        roomId: params.roomId,
        userId: session.userId,
        version: body.new_version,
        additionalCreators: body.additional_creators ?? [],
        profileOf: (userId) => memberContent(accounts, userId),
      })
      return { replacement_room: replacement }
    },
)
