// Stores private data of the user.
// spec: client-server-api, PUT /_matrix/client/v3/user/{userId}/account_data/{type}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventTypeSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema, JsonObjectSchema } from '../schemas/json.ts'

export const setAccountData = endpoint({
  operationId: 'setAccountData',
  method: 'PUT',
  path: '/_matrix/client/v3/user/:userId/account_data/:type',
  formerPaths: ['/_matrix/client/r0/user/:userId/account_data/:type'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema, type: EventTypeSchema }),
  body: JsonObjectSchema,
  response: EmptyObjectSchema,
})
