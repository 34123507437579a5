// The profile of one of our users.
// spec: server-server-api, GET /_matrix/federation/v1/query/profile

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema } from '../schemas/json.ts'

export const queryProfile = endpoint({
  operationId: 'queryProfile',
  method: 'GET',
  path: '/_matrix/federation/v1/query/profile',
  authenticate: 'signed',
  rateLimit: 'federation',
  query: Type.Object({ field: Type.Optional(Type.String()), user_id: UserIdSchema }),
  response: JsonObjectSchema,
})
