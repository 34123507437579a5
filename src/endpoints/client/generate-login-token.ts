// Makes a token for one login on another device. Always asks the user.
// spec: client-server-api, POST /_matrix/client/v1/login/get_token

import { refuseGuest } from '#accounts/accounts.ts'
import { generateLoginToken } from '#api/client/generate-login-token.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { jsonBody } from './json-body.ts'

export const handleGenerateLoginToken = handler(
  generateLoginToken,
  ({ accounts }: WithAccounts) =>
    async ({ body, session }) => {
      refuseGuest(session)
      await accounts.interactive({ body: jsonBody(body), operation: 'generateLoginToken', session })
      return accounts.issueLoginToken(session.userId)
    },
)
