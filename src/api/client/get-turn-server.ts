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
  // Empty where there is no relay: clients take a list without addresses as a fault, and make no call at all.
  response: Type.Object({
    password: Type.Optional(Type.String()),
    ttl: Type.Optional(Type.Integer()),
    uris: Type.Optional(Type.Array(Type.String())),
    username: Type.Optional(Type.String()),
  }),
})
