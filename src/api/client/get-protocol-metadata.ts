// One of the networks that bridges of this server lead to.
// spec: client-server-api, GET /_matrix/client/v3/thirdparty/protocol/{protocol}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ProtocolSchema } from '../schemas/third-party.ts'

export const getProtocolMetadata = endpoint({
  operationId: 'getProtocolMetadata',
  method: 'GET',
  path: '/_matrix/client/v3/thirdparty/protocol/:protocol',
  formerPaths: ['/_matrix/client/r0/thirdparty/protocol/:protocol'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ protocol: Type.String() }),
  response: ProtocolSchema,
})
