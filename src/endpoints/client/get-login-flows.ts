// Answers which ways to log in there are.
// spec: client-server-api, GET /_matrix/client/v3/login

import { getLoginFlows } from '#api/client/get-login-flows.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleGetLoginFlows = handler(getLoginFlows, ({ accounts }: WithAccounts) => () => ({
  flows: [...accounts.loginFlows()],
}))
