// Adds an identifier that an identity server has proved. Deprecated.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { IdentityServerProofSchema } from '../schemas/third-party-identifiers.ts'

export const post3PIDs = endpoint({
  operationId: 'post3PIDs',
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid',
  formerPaths: ['/_matrix/client/r0/account/3pid'],
  authenticate: 'access-token',
  rateLimit: 'none',
  body: Type.Object({ three_pid_creds: IdentityServerProofSchema }),
  response: Type.Object({ submit_url: Type.Optional(Type.String()) }),
})
