// Logs in.
// spec: client-server-api, POST /_matrix/client/v3/login

import { login } from '#api/client/login.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { jsonBody } from './json-body.ts'

export const handleLogin = handler(
  login,
  ({ accounts }: WithAccounts) =>
    async ({ body }) =>
      accounts.login(jsonBody(body)),
)
