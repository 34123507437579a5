// Whether a user is there.
// spec: client-server-api, GET /_matrix/client/v3/presence/{userId}/status

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'
import { nullable, oneOf } from '../schemas/json.ts'

export const getPresence = endpoint({
  operationId: 'getPresence',
  method: 'GET',
  path: '/_matrix/client/v3/presence/:userId/status',
  formerPaths: ['/_matrix/client/r0/presence/:userId/status'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema }),
  response: Type.Object({
    currently_active: Type.Optional(Type.Boolean()),
    last_active_ago: Type.Optional(Type.Integer()),
    presence: oneOf('online', 'offline', 'unavailable'),
    status_msg: Type.Optional(nullable(Type.String())),
  }),
})
