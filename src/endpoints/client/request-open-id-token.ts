// Makes a token by which the user can prove to a third party who they are.
// spec: client-server-api, POST /_matrix/client/v3/user/{userId}/openid/request_token

import { refuseForOthers, refuseGuest } from '#accounts/accounts.ts'
import { requestOpenIdToken } from '#api/client/request-open-id-token.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleRequestOpenIdToken = handler(
  requestOpenIdToken,
  ({ accounts }: WithAccounts) =>
    async ({ params, session }) => {
      refuseForOthers(session, params.userId)
      refuseGuest(session)
      return accounts.issueOpenIdToken(session.userId)
    },
)
