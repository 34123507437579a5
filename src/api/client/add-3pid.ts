// Adds a confirmed e-mail address to the account.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid/add

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'
import { AuthDataSchema } from '../schemas/user-interactive.ts'

export const add3PID = endpoint({
  operationId: 'add3PID',
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid/add',
  formerPaths: ['/_matrix/client/r0/account/3pid/add'],
  authenticate: 'access-token',
  rateLimit: 'login',
  body: Type.Object({
    auth: Type.Optional(AuthDataSchema),
    client_secret: Type.String(),
    sid: Type.String(),
  }),
  userInteractive: true,
  response: EmptyObjectSchema,
})
