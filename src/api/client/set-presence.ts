// Says whether the user is there.
// spec: client-server-api, PUT /_matrix/client/v3/presence/{userId}/status

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema, oneOf } from '../schemas/json.ts'

export const setPresence = endpoint({
  operationId: 'setPresence',
  method: 'PUT',
  path: '/_matrix/client/v3/presence/:userId/status',
  formerPaths: ['/_matrix/client/r0/presence/:userId/status'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ userId: UserIdSchema }),
  body: Type.Object({ presence: oneOf('online', 'offline', 'unavailable'), status_msg: Type.Optional(Type.String()) }),
  response: EmptyObjectSchema,
})
