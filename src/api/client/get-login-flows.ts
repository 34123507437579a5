// The ways to log in.
// spec: client-server-api, GET /_matrix/client/v3/login

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const getLoginFlows = endpoint({
  operationId: 'getLoginFlows',
  method: 'GET',
  path: '/_matrix/client/v3/login',
  formerPaths: ['/_matrix/client/r0/login'],
  authenticate: 'none',
  rateLimit: 'request',
  response: Type.Object({
    flows: Type.Optional(
      Type.Array(Type.Object({ get_login_token: Type.Optional(Type.Boolean()), type: Type.String() })),
    ),
  }),
})
