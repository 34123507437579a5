// The largest upload, asked for in the old way.
// spec: client-server-api, GET /_matrix/media/v3/config

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CountSchema } from '../schemas/json.ts'

export const getConfig = endpoint({
  operationId: 'getConfig',
  method: 'GET',
  path: '/_matrix/media/v3/config',
  formerPaths: ['/_matrix/media/r0/config', '/_matrix/media/v1/config'],
  authenticate: 'access-token',
  rateLimit: 'request',
  response: Type.Object({ 'm.upload.size': Type.Optional(CountSchema) }),
})
