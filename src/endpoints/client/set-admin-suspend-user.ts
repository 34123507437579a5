// Sets whether an account is suspended.
// spec: client-server-api, PUT /_matrix/client/v1/admin/suspend/{userId}

import { setAdminSuspendUser } from '#api/client/set-admin-suspend-user.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { moderatedAccount } from './moderated-account.ts'

export const handleSetAdminSuspendUser = handler(
  setAdminSuspendUser,
  ({ accounts }: WithAccounts) =>
    async ({ params, body, session, serverName }) => {
      const { userId } = await moderatedAccount({ session, userId: params.userId, serverName }, accounts)
      const account = await accounts.users.setFlags(userId, { isSuspended: body.suspended })
      return { suspended: account.isSuspended }
    },
)
