// Tells an identity server to forget an identifier.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid/unbind

import { endpoint } from '../endpoint.ts'
import { IdentifierToRemoveSchema, UnboundSchema } from '../schemas/third-party-identifiers.ts'

export const unbind3pidFromAccount = endpoint({
  operationId: 'unbind3pidFromAccount',
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid/unbind',
  formerPaths: ['/_matrix/client/r0/account/3pid/unbind'],
  authenticate: 'access-token',
  rateLimit: 'none',
  body: IdentifierToRemoveSchema,
  response: UnboundSchema,
})
