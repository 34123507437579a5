// Takes an e-mail address from the account.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid/delete

import { endpoint } from '../endpoint.ts'
import { IdentifierToRemoveSchema, UnboundSchema } from '../schemas/third-party-identifiers.ts'

export const delete3pidFromAccount = endpoint({
  operationId: 'delete3pidFromAccount',
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid/delete',
  formerPaths: ['/_matrix/client/r0/account/3pid/delete'],
  authenticate: 'access-token',
  rateLimit: 'none',
  body: IdentifierToRemoveSchema,
  response: UnboundSchema,
})
