// Sets a new password.
// spec: client-server-api, POST /_matrix/client/v3/account/password

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'
import { AuthDataSchema } from '../schemas/user-interactive.ts'

export const changePassword = endpoint({
  operationId: 'changePassword',
  method: 'POST',
  path: '/_matrix/client/v3/account/password',
  formerPaths: ['/_matrix/client/r0/account/password'],
  authenticate: 'access-token?',
  rateLimit: 'login',
  body: Type.Object({
    auth: Type.Optional(AuthDataSchema),
    logout_devices: Type.Optional(Type.Boolean()),
    new_password: Type.String(),
  }),
  userInteractive: true,
  response: EmptyObjectSchema,
})
