// Sends a code that confirms a telephone number, to add it to an account.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid/msisdn/requestToken

import { endpoint } from '../endpoint.ts'
import { MsisdnTokenRequestSchema, RequestTokenResponseSchema } from '../schemas/third-party-identifiers.ts'

export const requestTokenTo3PIDMSISDN = endpoint({
  operationId: 'requestTokenTo3PIDMSISDN',
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid/msisdn/requestToken',
  formerPaths: ['/_matrix/client/r0/account/3pid/msisdn/requestToken'],
  authenticate: 'none',
  rateLimit: 'registration',
  body: MsisdnTokenRequestSchema,
  response: RequestTokenResponseSchema,
})
