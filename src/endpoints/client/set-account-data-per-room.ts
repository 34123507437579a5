// Stores account data about a room.
// spec: client-server-api, PUT /_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}

import { refuseForOthers, refuseGuest } from '#accounts/accounts.ts'
import { setAccountDataPerRoom } from '#api/client/set-account-data-per-room.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleSetAccountDataPerRoom = handler(
  setAccountDataPerRoom,
  ({ accounts }: WithAccounts) =>
    async ({ params, body, session }) => {
      refuseForOthers(session, params.userId)
      refuseGuest(session)
      await accounts.accountData.setByClient({ userId: session.userId, roomId: params.roomId, type: params.type }, body)
      return {}
    },
)
