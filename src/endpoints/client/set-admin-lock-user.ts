// Sets whether an account is locked.
// spec: client-server-api, PUT /_matrix/client/v1/admin/lock/{userId}

import { setAdminLockUser } from '#api/client/set-admin-lock-user.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { moderatedAccount } from './moderated-account.ts'

export const handleSetAdminLockUser = handler(
  setAdminLockUser,
  ({ accounts }: WithAccounts) =>
    async ({ params, body, session, serverName }) => {
      const { userId } = await moderatedAccount({ session, userId: params.userId, serverName }, accounts)
      const account = await accounts.users.setFlags(userId, { isLocked: body.locked })
      return { locked: account.isLocked }
    },
)
