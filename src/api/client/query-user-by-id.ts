// Whom a user stands for in other networks.
// spec: client-server-api, GET /_matrix/client/v3/thirdparty/user

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ThirdPartyUsersSchema } from '../schemas/third-party.ts'

export const queryUserByID = endpoint({
  operationId: 'queryUserByID',
  method: 'GET',
  path: '/_matrix/client/v3/thirdparty/user',
  formerPaths: ['/_matrix/client/r0/thirdparty/user'],
  authenticate: 'access-token',
  rateLimit: 'none',
  query: Type.Object({ userid: Type.String() }),
  response: ThirdPartyUsersSchema,
})
