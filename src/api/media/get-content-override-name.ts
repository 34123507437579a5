// Downloads content under another file name in the old way, without authentication.
// spec: client-server-api, GET /_matrix/media/v3/download/{serverName}/{mediaId}/{fileName}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { MediaIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'
import { CountSchema } from '../schemas/json.ts'

export const getContentOverrideName = endpoint({
  operationId: 'getContentOverrideName',
  method: 'GET',
  path: '/_matrix/media/v3/download/:serverName/:mediaId/:fileName',
  formerPaths: [
    '/_matrix/media/r0/download/:serverName/:mediaId/:fileName',
    '/_matrix/media/v1/download/:serverName/:mediaId/:fileName',
  ],
  authenticate: 'none',
  rateLimit: 'media',
  params: Type.Object({ serverName: ServerNameSchema, mediaId: MediaIdSchema, fileName: Type.String() }),
  query: Type.Object({
    allow_redirect: Type.Optional(Type.Boolean()),
    allow_remote: Type.Optional(Type.Boolean()),
    timeout_ms: Type.Optional(CountSchema),
  }),
})
