// Takes a tag off a room.
// spec: client-server-api, DELETE /_matrix/client/v3/user/{userId}/rooms/{roomId}/tags/{tag}

import { refuseForOthers, refuseGuest } from '#accounts/accounts.ts'
import { deleteRoomTag } from '#api/client/delete-room-tag.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleDeleteRoomTag = handler(
  deleteRoomTag,
  ({ accounts }: WithAccounts) =>
    async ({ params, session }) => {
      refuseForOthers(session, params.userId)
      refuseGuest(session)
      await accounts.tags.delete({ userId: session.userId, roomId: params.roomId }, params.tag)
      return {}
    },
)
