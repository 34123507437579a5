// Downloads content under a file name of the caller's choice.
// spec: client-server-api, GET /_matrix/client/v1/media/download/{serverName}/{mediaId}/{fileName}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { MediaIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'
import { CountSchema } from '../schemas/json.ts'

export const getContentOverrideNameAuthed = endpoint({
  operationId: 'getContentOverrideNameAuthed',
  method: 'GET',
  path: '/_matrix/client/v1/media/download/:serverName/:mediaId/:fileName',
  authenticate: 'access-token',
  rateLimit: 'media',
  params: Type.Object({ serverName: ServerNameSchema, mediaId: MediaIdSchema, fileName: Type.String() }),
  query: Type.Object({ timeout_ms: Type.Optional(CountSchema) }),
})
