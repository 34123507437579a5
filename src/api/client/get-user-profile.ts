// A user's whole profile.
// spec: client-server-api, GET /_matrix/client/v3/profile/{userId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema } from '../schemas/json.ts'

export const getUserProfile = endpoint({
  operationId: 'getUserProfile',
  method: 'GET',
  path: '/_matrix/client/v3/profile/:userId',
  formerPaths: ['/_matrix/client/r0/profile/:userId'],
  authenticate: 'none',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema }),
  response: JsonObjectSchema,
})
