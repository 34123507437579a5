// Ends the session.
// spec: client-server-api, POST /_matrix/client/v3/logout

import { logout } from '#api/client/logout.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleLogout = handler(logout, ({ accounts }: WithAccounts) => async ({ session }) => {
  await accounts.logout(session)
  return {}
})
