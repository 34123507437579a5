// The networks that bridges of this server lead to.
// spec: client-server-api, GET /_matrix/client/v3/thirdparty/protocols

import { endpoint } from '../endpoint.ts'
import { mapOf } from '../schemas/json.ts'
import { ProtocolSchema } from '../schemas/third-party.ts'

export const getProtocols = endpoint({
  operationId: 'getProtocols',
  method: 'GET',
  path: '/_matrix/client/v3/thirdparty/protocols',
  formerPaths: ['/_matrix/client/r0/thirdparty/protocols'],
  authenticate: 'access-token',
  rateLimit: 'none',
  response: mapOf(ProtocolSchema),
})
