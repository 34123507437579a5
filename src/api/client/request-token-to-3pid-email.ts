// Sends a link that confirms an e-mail address, to add it to an account.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid/email/requestToken

import { endpoint } from '../endpoint.ts'
import { EmailTokenRequestSchema, RequestTokenResponseSchema } from '../schemas/third-party-identifiers.ts'

export const requestTokenTo3PIDEmail = endpoint({
  operationId: 'requestTokenTo3PIDEmail',
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid/email/requestToken',
  formerPaths: ['/_matrix/client/r0/account/3pid/email/requestToken'],
  authenticate: 'none',
  rateLimit: 'registration',
  body: EmailTokenRequestSchema,
  response: RequestTokenResponseSchema,
})
