// Reports a user to the administrators.
// spec: client-server-api, POST /_matrix/client/v3/users/{userId}/report

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const reportUser = endpoint({
  operationId: 'reportUser',
  method: 'POST',
  path: '/_matrix/client/v3/users/:userId/report',
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ userId: UserIdSchema }),
  body: Type.Object({ reason: Type.String() }),
  emptyBody: true,
  response: EmptyObjectSchema,
})
