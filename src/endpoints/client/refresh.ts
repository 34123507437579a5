// Exchanges a refresh token.
// spec: client-server-api, POST /_matrix/client/v3/refresh

import { refresh } from '#api/client/refresh.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleRefresh = handler(
  refresh,
  ({ accounts }: WithAccounts) =>
    async ({ body }) =>
      accounts.refresh(body.refresh_token),
)
