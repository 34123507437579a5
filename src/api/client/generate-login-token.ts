// A token with which another device of the same user can log in.
// spec: client-server-api, POST /_matrix/client/v1/login/get_token

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CountSchema } from '../schemas/json.ts'
import { AuthDataSchema } from '../schemas/user-interactive.ts'

export const generateLoginToken = endpoint({
  operationId: 'generateLoginToken',
  method: 'POST',
  path: '/_matrix/client/v1/login/get_token',
  formerPaths: ['/_matrix/client/unstable/org.matrix.msc3882/login/get_token'],
  authenticate: 'access-token',
  rateLimit: 'login',
  body: Type.Object({ auth: Type.Optional(AuthDataSchema) }),
  emptyBody: true,
  userInteractive: true,
  response: Type.Object({ expires_in_ms: CountSchema, login_token: Type.String() }),
})
