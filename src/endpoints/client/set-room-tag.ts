// Tags a room.
// spec: client-server-api, PUT /_matrix/client/v3/user/{userId}/rooms/{roomId}/tags/{tag}

import { refuseForOthers, refuseGuest } from '#accounts/accounts.ts'
import { setRoomTag } from '#api/client/set-room-tag.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { jsonBody } from './json-body.ts'

export const handleSetRoomTag = handler(
  setRoomTag,
  ({ accounts }: WithAccounts) =>
    async ({ params, body, session }) => {
      refuseForOthers(session, params.userId)
      refuseGuest(session)
      await accounts.tags.set({ userId: session.userId, roomId: params.roomId }, params.tag, jsonBody(body))
      return {}
    },
)
