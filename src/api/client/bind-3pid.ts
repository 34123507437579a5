// Tells an identity server whose identifier it is.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid/bind

import { endpoint } from '../endpoint.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'
import { IdentityServerProofSchema } from '../schemas/third-party-identifiers.ts'

export const bind3PID = endpoint({
  operationId: 'bind3PID',
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid/bind',
  formerPaths: ['/_matrix/client/r0/account/3pid/bind'],
  authenticate: 'access-token',
  rateLimit: 'request',
  body: IdentityServerProofSchema,
  response: EmptyObjectSchema,
})
