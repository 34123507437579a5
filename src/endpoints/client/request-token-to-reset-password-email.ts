// Mails a link that confirms an address for a forgotten password.
// spec: client-server-api, POST /_matrix/client/v3/account/password/email/requestToken

import { requestTokenToResetPasswordEmail } from '#api/client/request-token-to-reset-password-email.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { emailTokenRequest } from './email-token-request.ts'

export const handleRequestTokenToResetPasswordEmail = handler(
  requestTokenToResetPasswordEmail,
  ({ accounts }: WithAccounts) =>
    async ({ body }) =>
      accounts.requestEmailToken('reset', emailTokenRequest(body)),
)
