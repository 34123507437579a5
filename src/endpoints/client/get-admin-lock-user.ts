// Tells whether an account is locked.
// spec: client-server-api, GET /_matrix/client/v1/admin/lock/{userId}

import { getAdminLockUser } from '#api/client/get-admin-lock-user.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { moderatedAccount } from './moderated-account.ts'

export const handleGetAdminLockUser = handler(
  getAdminLockUser,
  ({ accounts }: WithAccounts) =>
    async ({ params, session, serverName }) => {
      const account = await moderatedAccount({ session, userId: params.userId, serverName }, accounts)
      return { locked: account.isLocked }
    },
)
