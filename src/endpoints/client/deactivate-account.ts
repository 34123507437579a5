// Closes the account of the caller for good.
// spec: client-server-api, POST /_matrix/client/v3/account/deactivate

import { refuseGuest } from '#accounts/accounts.ts'
import { deactivateAccount } from '#api/client/deactivate-account.ts'
import { missingToken } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { jsonBody } from './json-body.ts'

export const handleDeactivateAccount = handler(
  deactivateAccount,
  ({ accounts }: WithAccounts) =>
    async ({ body, session }) => {
      if (session === undefined)
        throw missingToken('Log in to close the account, or ask the administrators of your server.')
      refuseGuest(session)
      await accounts.interactive({ body: jsonBody(body), operation: 'deactivateAccount', session })
      await accounts.deactivate(session.userId, { erase: body.erase ?? false })
      // There is nothing to unbind: no identity server is told of anything.
      return { id_server_unbind_result: 'success' as const }
    },
)
