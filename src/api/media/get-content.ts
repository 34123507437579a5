// Downloads content in the old way, without authentication; only content from before the freeze.
// spec: client-server-api, GET /_matrix/media/v3/download/{serverName}/{mediaId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { MediaIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'
import { CountSchema } from '../schemas/json.ts'

export const getContent = endpoint({
  operationId: 'getContent',
  method: 'GET',
  path: '/_matrix/media/v3/download/:serverName/:mediaId',
  formerPaths: ['/_matrix/media/r0/download/:serverName/:mediaId', '/_matrix/media/v1/download/:serverName/:mediaId'],
  authenticate: 'none',
  rateLimit: 'media',
  params: Type.Object({ serverName: ServerNameSchema, mediaId: MediaIdSchema }),
  query: Type.Object({
    allow_redirect: Type.Optional(Type.Boolean()),
    allow_remote: Type.Optional(Type.Boolean()),
    timeout_ms: Type.Optional(CountSchema),
  }),
})
