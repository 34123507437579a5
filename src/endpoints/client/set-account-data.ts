// Stores account data.
// spec: client-server-api, PUT /_matrix/client/v3/user/{userId}/account_data/{type}

import { refuseForOthers, refuseGuest } from '#accounts/accounts.ts'
import { setAccountData } from '#api/client/set-account-data.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleSetAccountData = handler(
  setAccountData,
  ({ accounts }: WithAccounts) =>
    async ({ params, body, session }) => {
      refuseForOthers(session, params.userId)
      refuseGuest(session)
      await accounts.accountData.setByClient({ userId: session.userId, type: params.type }, body)
      return {}
    },
)
