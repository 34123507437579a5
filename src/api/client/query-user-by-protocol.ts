// Users that stand for somebody in another network.
// spec: client-server-api, GET /_matrix/client/v3/thirdparty/user/{protocol}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ThirdPartyUsersSchema } from '../schemas/third-party.ts'

export const queryUserByProtocol = endpoint({
  operationId: 'queryUserByProtocol',
  method: 'GET',
  path: '/_matrix/client/v3/thirdparty/user/:protocol',
  formerPaths: ['/_matrix/client/r0/thirdparty/user/:protocol'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ protocol: Type.String() }),
  response: ThirdPartyUsersSchema,
})
