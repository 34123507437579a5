// Tells clients where the homeserver is.
// spec: client-server-api, GET /.well-known/matrix/client

import { endpoint } from '../endpoint.ts'
import { WellKnownSchema } from '../schemas/well-known.ts'

export const getWellknown = endpoint({
  operationId: 'getWellknown',
  method: 'GET',
  path: '/.well-known/matrix/client',
  authenticate: 'none',
  rateLimit: 'none',
  response: WellKnownSchema,
})
