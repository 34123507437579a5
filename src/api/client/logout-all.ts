// Ends all sessions of the user and forgets their devices.
// spec: client-server-api, POST /_matrix/client/v3/logout/all

import { endpoint } from '../endpoint.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const logoutAll = endpoint({
  operationId: 'logout_all',
  method: 'POST',
  path: '/_matrix/client/v3/logout/all',
  formerPaths: ['/_matrix/client/r0/logout/all'],
  authenticate: 'access-token',
  rateLimit: 'none',
  allowLocked: true,
  response: EmptyObjectSchema,
})
