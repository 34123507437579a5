// Whose OpenID token this is.
// spec: server-server-api, GET /_matrix/federation/v1/openid/userinfo

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'

export const exchangeOpenIdToken = endpoint({
  operationId: 'exchangeOpenIdToken',
  method: 'GET',
  path: '/_matrix/federation/v1/openid/userinfo',
  authenticate: 'none',
  rateLimit: 'none',
  query: Type.Object({ access_token: Type.String() }),
  response: Type.Object({ sub: UserIdSchema }),
})
