// Whether an account is locked.
// spec: client-server-api, GET /_matrix/client/v1/admin/lock/{userId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'

export const getAdminLockUser = endpoint({
  operationId: 'getAdminLockUser',
  method: 'GET',
  path: '/_matrix/client/v1/admin/lock/:userId',
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema }),
  response: Type.Object({ locked: Type.Boolean() }),
})
