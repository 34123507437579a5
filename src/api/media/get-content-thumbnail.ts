// A small version of an image in the old way, without authentication.
// spec: client-server-api, GET /_matrix/media/v3/thumbnail/{serverName}/{mediaId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { MediaIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'
import { CountSchema, oneOf } from '../schemas/json.ts'

export const getContentThumbnail = endpoint({
  operationId: 'getContentThumbnail',
  method: 'GET',
  path: '/_matrix/media/v3/thumbnail/:serverName/:mediaId',
  formerPaths: ['/_matrix/media/r0/thumbnail/:serverName/:mediaId', '/_matrix/media/v1/thumbnail/:serverName/:mediaId'],
  authenticate: 'none',
  rateLimit: 'media',
  params: Type.Object({ serverName: ServerNameSchema, mediaId: MediaIdSchema }),
  query: Type.Object({
    allow_redirect: Type.Optional(Type.Boolean()),
    allow_remote: Type.Optional(Type.Boolean()),
    animated: Type.Optional(Type.Boolean()),
    height: CountSchema,
    method: Type.Optional(oneOf('crop', 'scale')),
    timeout_ms: Type.Optional(CountSchema),
    width: CountSchema,
  }),
})
