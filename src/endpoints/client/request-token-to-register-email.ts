// Mails a link that confirms an address for a new account.
// spec: client-server-api, POST /_matrix/client/v3/register/email/requestToken

import { requestTokenToRegisterEmail } from '#api/client/request-token-to-register-email.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { emailTokenRequest } from './email-token-request.ts'

export const handleRequestTokenToRegisterEmail = handler(
  requestTokenToRegisterEmail,
  ({ accounts }: WithAccounts) =>
    async ({ body }) =>
      accounts.requestEmailToken('register', emailTokenRequest(body)),
)
