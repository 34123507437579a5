// Lists the e-mail addresses of the caller.
// spec: client-server-api, GET /_matrix/client/v3/account/3pid

import { getAccount3PIDs } from '#api/client/get-account-3pids.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleGetAccount3PIDs = handler(getAccount3PIDs, ({ accounts }: WithAccounts) => async ({ session }) => ({
  threepids: await accounts.emails.list(session.userId),
}))
