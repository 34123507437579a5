// Sends a link that confirms an e-mail address, for a forgotten password.
// spec: client-server-api, POST /_matrix/client/v3/account/password/email/requestToken

import { endpoint } from '../endpoint.ts'
import { EmailTokenRequestSchema, RequestTokenResponseSchema } from '../schemas/third-party-identifiers.ts'

export const requestTokenToResetPasswordEmail = endpoint({
  operationId: 'requestTokenToResetPasswordEmail',
  method: 'POST',
  path: '/_matrix/client/v3/account/password/email/requestToken',
  formerPaths: ['/_matrix/client/r0/account/password/email/requestToken'],
  authenticate: 'none',
  rateLimit: 'registration',
  body: EmailTokenRequestSchema,
  response: RequestTokenResponseSchema,
})
