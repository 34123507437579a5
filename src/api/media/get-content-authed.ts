// Downloads content.
// spec: client-server-api, GET /_matrix/client/v1/media/download/{serverName}/{mediaId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { MediaIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'
import { CountSchema } from '../schemas/json.ts'

export const getContentAuthed = endpoint({
  operationId: 'getContentAuthed',
  method: 'GET',
  path: '/_matrix/client/v1/media/download/:serverName/:mediaId',
  authenticate: 'access-token',
  rateLimit: 'media',
  params: Type.Object({ serverName: ServerNameSchema, mediaId: MediaIdSchema }),
  query: Type.Object({ timeout_ms: Type.Optional(CountSchema) }),
})
