// Sends a code that confirms a telephone number, to register with it.
// spec: client-server-api, POST /_matrix/client/v3/register/msisdn/requestToken

import { endpoint } from '../endpoint.ts'
import { MsisdnTokenRequestSchema, RequestTokenResponseSchema } from '../schemas/third-party-identifiers.ts'

export const requestTokenToRegisterMSISDN = endpoint({
  operationId: 'requestTokenToRegisterMSISDN',
  method: 'POST',
  path: '/_matrix/client/v3/register/msisdn/requestToken',
  formerPaths: ['/_matrix/client/r0/register/msisdn/requestToken'],
  authenticate: 'none',
  rateLimit: 'registration',
  body: MsisdnTokenRequestSchema,
  response: RequestTokenResponseSchema,
})
