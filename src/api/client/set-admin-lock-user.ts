// Locks or unlocks an account.
// spec: client-server-api, PUT /_matrix/client/v1/admin/lock/{userId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'

export const setAdminLockUser = endpoint({
  operationId: 'setAdminLockUser',
  method: 'PUT',
  path: '/_matrix/client/v1/admin/lock/:userId',
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema }),
  body: Type.Object({ locked: Type.Boolean() }),
  response: Type.Object({ locked: Type.Boolean() }),
})
