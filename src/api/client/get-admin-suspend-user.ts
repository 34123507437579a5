// Whether an account is suspended.
// spec: client-server-api, GET /_matrix/client/v1/admin/suspend/{userId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'

export const getAdminSuspendUser = endpoint({
  operationId: 'getAdminSuspendUser',
  method: 'GET',
  path: '/_matrix/client/v1/admin/suspend/:userId',
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema }),
  response: Type.Object({ suspended: Type.Boolean() }),
})
