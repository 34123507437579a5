// Reads account data about a room.
// spec: client-server-api, GET /_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}

import { refuseForOthers } from '#accounts/accounts.ts'
import { getAccountDataPerRoom } from '#api/client/get-account-data-per-room.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleGetAccountDataPerRoom = handler(
  getAccountDataPerRoom,
  ({ accounts }: WithAccounts) =>
    async ({ params, session }) => {
      refuseForOthers(session, params.userId)
      const entry = await accounts.accountData.get({ userId: session.userId, roomId: params.roomId, type: params.type })
      if (entry === undefined) throw notFound('There is no account data of this type here.')
      return rawJson(entry.content)
    },
)
