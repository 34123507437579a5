// Tells whether an account is suspended.
// spec: client-server-api, GET /_matrix/client/v1/admin/suspend/{userId}

import { getAdminSuspendUser } from '#api/client/get-admin-suspend-user.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { moderatedAccount } from './moderated-account.ts'

export const handleGetAdminSuspendUser = handler(
  getAdminSuspendUser,
  ({ accounts }: WithAccounts) =>
    async ({ params, session, serverName }) => {
      const account = await moderatedAccount({ session, userId: params.userId, serverName }, accounts)
      return { suspended: account.isSuspended }
    },
)
