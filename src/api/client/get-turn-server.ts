// Addresses and credentials for calls through a relay.
// spec: client-server-api, GET /_matrix/client/v3/voip/turnServer

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const getTurnServer = endpoint({
  operationId: 'getTurnServer',
  method: 'GET',
  path: '/_matrix/client/v3/voip/turnServer',
  formerPaths: ['/_matrix/client/r0/voip/turnServer'],
  authenticate: 'access-token',
  rateLimit: 'request',
  response: Type.Object({
    password: Type.String(),
    ttl: Type.Integer(),
    uris: Type.Array(Type.String()),
    username: Type.String(),
  }),
})
