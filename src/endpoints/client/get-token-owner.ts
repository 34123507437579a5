// Tells whose access token it is.
// spec: client-server-api, GET /_matrix/client/v3/account/whoami

import { getTokenOwner } from '#api/client/get-token-owner.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleGetTokenOwner = handler(
  getTokenOwner,
  ({ accounts }: WithAccounts) =>
    ({ session }) =>
      accounts.whoami(session),
)
