// Exchanges a refresh token for a new access token.
// spec: client-server-api, POST /_matrix/client/v3/refresh

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CountSchema } from '../schemas/json.ts'

export const refresh = endpoint({
  operationId: 'refresh',
  method: 'POST',
  path: '/_matrix/client/v3/refresh',
  authenticate: 'none',
  rateLimit: 'login',
  body: Type.Object({ refresh_token: Type.String() }),
  response: Type.Object({
    access_token: Type.String(),
    expires_in_ms: Type.Optional(CountSchema),
    refresh_token: Type.Optional(Type.String()),
  }),
})
