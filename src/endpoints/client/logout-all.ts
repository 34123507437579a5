// Ends all sessions of the user.
// spec: client-server-api, POST /_matrix/client/v3/logout/all

import { logoutAll } from '#api/client/logout-all.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleLogoutAll = handler(logoutAll, ({ accounts }: WithAccounts) => async ({ session }) => {
  await accounts.logoutAll(session)
  return {}
})
