// Sends a link that confirms an e-mail address, to register with it.
// spec: client-server-api, POST /_matrix/client/v3/register/email/requestToken

import { endpoint } from '../endpoint.ts'
import { EmailTokenRequestSchema, RequestTokenResponseSchema } from '../schemas/third-party-identifiers.ts'

export const requestTokenToRegisterEmail = endpoint({
  operationId: 'requestTokenToRegisterEmail',
  method: 'POST',
  path: '/_matrix/client/v3/register/email/requestToken',
  formerPaths: ['/_matrix/client/r0/register/email/requestToken'],
  authenticate: 'none',
  rateLimit: 'registration',
  body: EmailTokenRequestSchema,
  response: RequestTokenResponseSchema,
})
