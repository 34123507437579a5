// Tells servers where the homeserver is.
// spec: server-server-api, GET /.well-known/matrix/server

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const getWellKnown = endpoint({
  operationId: 'getWellKnown',
  method: 'GET',
  path: '/.well-known/matrix/server',
  authenticate: 'none',
  rateLimit: 'none',
  response: Type.Object({ 'm.server': Type.Optional(Type.String()) }),
})
