// Ends the session and forgets its device.
// spec: client-server-api, POST /_matrix/client/v3/logout

import { endpoint } from '../endpoint.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const logout = endpoint({
  operationId: 'logout',
  method: 'POST',
  path: '/_matrix/client/v3/logout',
  formerPaths: ['/_matrix/client/r0/logout'],
  authenticate: 'access-token',
  rateLimit: 'none',
  allowLocked: true,
  response: EmptyObjectSchema,
})
