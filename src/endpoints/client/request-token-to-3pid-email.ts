// Mails a link that confirms an address to be added.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid/email/requestToken

import { requestTokenTo3PIDEmail } from '#api/client/request-token-to-3pid-email.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { emailTokenRequest } from './email-token-request.ts'

export const handleRequestTokenTo3PIDEmail = handler(
  requestTokenTo3PIDEmail,
  ({ accounts }: WithAccounts) =>
    async ({ body }) =>
      accounts.requestEmailToken('add', emailTokenRequest(body)),
)
