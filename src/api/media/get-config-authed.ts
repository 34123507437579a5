// The largest upload that this server takes.
// spec: client-server-api, GET /_matrix/client/v1/media/config

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CountSchema } from '../schemas/json.ts'

export const getConfigAuthed = endpoint({
  operationId: 'getConfigAuthed',
  method: 'GET',
  path: '/_matrix/client/v1/media/config',
  authenticate: 'access-token',
  rateLimit: 'request',
  response: Type.Object({ 'm.upload.size': Type.Optional(CountSchema) }),
})
