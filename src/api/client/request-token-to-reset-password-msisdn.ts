// Sends a code that confirms a telephone number, for a forgotten password.
// spec: client-server-api, POST /_matrix/client/v3/account/password/msisdn/requestToken

import { endpoint } from '../endpoint.ts'
import { MsisdnTokenRequestSchema, RequestTokenResponseSchema } from '../schemas/third-party-identifiers.ts'

export const requestTokenToResetPasswordMSISDN = endpoint({
  operationId: 'requestTokenToResetPasswordMSISDN',
  method: 'POST',
  path: '/_matrix/client/v3/account/password/msisdn/requestToken',
  formerPaths: ['/_matrix/client/r0/account/password/msisdn/requestToken'],
  authenticate: 'none',
  rateLimit: 'registration',
  body: MsisdnTokenRequestSchema,
  response: RequestTokenResponseSchema,
})
