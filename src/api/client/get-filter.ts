// A stored filter.
// spec: client-server-api, GET /_matrix/client/v3/user/{userId}/filter/{filterId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { SyncFilterSchema } from '../schemas/filters.ts'
import { NameSchema, UserIdSchema } from '../schemas/identifiers.ts'

export const getFilter = endpoint({
  operationId: 'getFilter',
  method: 'GET',
  path: '/_matrix/client/v3/user/:userId/filter/:filterId',
  formerPaths: ['/_matrix/client/r0/user/:userId/filter/:filterId'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema, filterId: NameSchema }),
  response: SyncFilterSchema,
})
