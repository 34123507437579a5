// Tells whom to ask for help, and whom to tell of a weakness.
// spec: client-server-api, GET /.well-known/matrix/support

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'
import { oneOf } from '../schemas/json.ts'

export const getWellknownSupport = endpoint({
  operationId: 'getWellknownSupport',
  method: 'GET',
  path: '/.well-known/matrix/support',
  authenticate: 'none',
  rateLimit: 'none',
  response: Type.Object({
    contacts: Type.Optional(
      Type.Array(
        Type.Object({
          email_address: Type.Optional(Type.String()),
          matrix_id: Type.Optional(UserIdSchema),
          role: oneOf('m.role.admin', 'm.role.security'),
        }),
      ),
    ),
    support_page: Type.Optional(Type.String()),
  }),
})
