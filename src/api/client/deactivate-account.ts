// Closes the account for good.
// spec: client-server-api, POST /_matrix/client/v3/account/deactivate

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { oneOf } from '../schemas/json.ts'
import { AuthDataSchema } from '../schemas/user-interactive.ts'

export const deactivateAccount = endpoint({
  operationId: 'deactivateAccount',
  method: 'POST',
  path: '/_matrix/client/v3/account/deactivate',
  formerPaths: ['/_matrix/client/r0/account/deactivate'],
  authenticate: 'access-token?',
  rateLimit: 'login',
  body: Type.Object({
    auth: Type.Optional(AuthDataSchema),
    erase: Type.Optional(Type.Boolean()),
    id_server: Type.Optional(Type.String()),
  }),
  userInteractive: true,
  response: Type.Object({ id_server_unbind_result: oneOf('success', 'no-support') }),
})
