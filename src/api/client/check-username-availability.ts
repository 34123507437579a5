// Whether a name for a new account is valid and free.
// spec: client-server-api, GET /_matrix/client/v3/register/available

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const checkUsernameAvailability = endpoint({
  operationId: 'checkUsernameAvailability',
  method: 'GET',
  path: '/_matrix/client/v3/register/available',
  formerPaths: ['/_matrix/client/r0/register/available'],
  authenticate: 'none',
  rateLimit: 'registration',
  query: Type.Object({ username: Type.String() }),
  response: Type.Object({ available: Type.Optional(Type.Boolean()) }),
})
