// Takes an address from the account of the caller.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid/delete

import { delete3pidFromAccount } from '#api/client/delete-3pid-from-account.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleDelete3pidFromAccount = handler(
  delete3pidFromAccount,
  ({ accounts }: WithAccounts) =>
    async ({ body, session }) => {
      if (body.medium === 'email') await accounts.emails.remove(session.userId, body.address)
      // No identity server has been told of it.
      return { id_server_unbind_result: 'no-support' as const }
    },
)
