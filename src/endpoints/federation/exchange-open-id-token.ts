// Tells a third party whose OpenID token it is.
// spec: server-server-api, GET /_matrix/federation/v1/openid/userinfo

import { exchangeOpenIdToken } from '#api/federation/exchange-open-id-token.ts'
import type { WithAccounts } from '../client/accounts-modules.ts'
import { handler } from '../handler.ts'

export const handleExchangeOpenIdToken = handler(
  exchangeOpenIdToken,
  ({ accounts }: WithAccounts) =>
    async ({ query }) => ({ sub: await accounts.ownerOfOpenIdToken(query.access_token) }),
)
