// Content of ours, for another server.
// spec: server-server-api, GET /_matrix/federation/v1/media/download/{mediaId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { MediaIdSchema } from '../schemas/identifiers.ts'
import { CountSchema } from '../schemas/json.ts'

export const getContent = endpoint({
  operationId: 'getContent',
  method: 'GET',
  path: '/_matrix/federation/v1/media/download/:mediaId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ mediaId: MediaIdSchema }),
  query: Type.Object({ timeout_ms: Type.Optional(CountSchema) }),
})
