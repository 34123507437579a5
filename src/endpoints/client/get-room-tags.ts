// Lists the tags of a room.
// spec: client-server-api, GET /_matrix/client/v3/user/{userId}/rooms/{roomId}/tags

import { refuseForOthers } from '#accounts/accounts.ts'
import { getRoomTags } from '#api/client/get-room-tags.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleGetRoomTags = handler(getRoomTags, ({ accounts }: WithAccounts) => async ({ params, session }) => {
  refuseForOthers(session, params.userId)
  return rawJson(JSON.stringify({ tags: await accounts.tags.get(session.userId, params.roomId) }))
})
