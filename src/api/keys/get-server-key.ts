// Our signing keys.
// spec: server-server-api, GET /_matrix/key/v2/server

import { endpoint } from '../endpoint.ts'
import { ServerKeysSchema } from '../schemas/server-keys.ts'

export const getServerKey = endpoint({
  operationId: 'getServerKey',
  method: 'GET',
  path: '/_matrix/key/v2/server',
  formerPaths: ['/_matrix/key/v2/server/:keyId', '/_matrix/key/v2/server/'],
  authenticate: 'none',
  rateLimit: 'federation',
  response: ServerKeysSchema,
})
