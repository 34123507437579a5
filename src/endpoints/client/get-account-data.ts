// Reads account data.
// spec: client-server-api, GET /_matrix/client/v3/user/{userId}/account_data/{type}

import { refuseForOthers } from '#accounts/accounts.ts'
import { getAccountData } from '#api/client/get-account-data.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleGetAccountData = handler(
  getAccountData,
  ({ accounts }: WithAccounts) =>
    async ({ params, session }) => {
      refuseForOthers(session, params.userId)
      const entry = await accounts.accountData.get({ userId: session.userId, type: params.type })
      if (entry === undefined) throw notFound('There is no account data of this type here.')
      return rawJson(entry.content)
    },
)
