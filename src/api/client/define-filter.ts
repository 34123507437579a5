// Stores a filter.
// spec: client-server-api, POST /_matrix/client/v3/user/{userId}/filter

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { SyncFilterSchema } from '../schemas/filters.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'

export const defineFilter = endpoint({
  operationId: 'defineFilter',
  method: 'POST',
  path: '/_matrix/client/v3/user/:userId/filter',
  formerPaths: ['/_matrix/client/r0/user/:userId/filter'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema }),
  body: SyncFilterSchema,
  response: Type.Object({ filter_id: Type.String() }),
})
