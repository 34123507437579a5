// Suspends an account, or lifts the suspension.
// spec: client-server-api, PUT /_matrix/client/v1/admin/suspend/{userId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'

export const setAdminSuspendUser = endpoint({
  operationId: 'setAdminSuspendUser',
  method: 'PUT',
  path: '/_matrix/client/v1/admin/suspend/:userId',
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema }),
  body: Type.Object({ suspended: Type.Boolean() }),
  response: Type.Object({ suspended: Type.Boolean() }),
})
