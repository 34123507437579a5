// A token by which the user can prove to a third party who they are.
// spec: client-server-api, POST /_matrix/client/v3/user/{userId}/openid/request_token

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, JsonObjectSchema } from '../schemas/json.ts'

export const requestOpenIdToken = endpoint({
  operationId: 'requestOpenIdToken',
  method: 'POST',
  path: '/_matrix/client/v3/user/:userId/openid/request_token',
  formerPaths: ['/_matrix/client/r0/user/:userId/openid/request_token'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ userId: UserIdSchema }),
  body: JsonObjectSchema,
  emptyBody: true,
  response: Type.Object({
    access_token: Type.String(),
    expires_in: CountSchema,
    matrix_server_name: Type.String(),
    token_type: Type.String(),
  }),
})
