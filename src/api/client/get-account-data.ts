// Private data of the user.
// spec: client-server-api, GET /_matrix/client/v3/user/{userId}/account_data/{type}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventTypeSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema } from '../schemas/json.ts'

export const getAccountData = endpoint({
  operationId: 'getAccountData',
  method: 'GET',
  path: '/_matrix/client/v3/user/:userId/account_data/:type',
  formerPaths: ['/_matrix/client/r0/user/:userId/account_data/:type'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema, type: EventTypeSchema }),
  response: JsonObjectSchema,
})
