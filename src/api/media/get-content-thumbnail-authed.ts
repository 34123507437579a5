// A small version of an image.
// spec: client-server-api, GET /_matrix/client/v1/media/thumbnail/{serverName}/{mediaId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { MediaIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'
import { CountSchema, oneOf } from '../schemas/json.ts'

export const getContentThumbnailAuthed = endpoint({
  operationId: 'getContentThumbnailAuthed',
  method: 'GET',
  path: '/_matrix/client/v1/media/thumbnail/:serverName/:mediaId',
  authenticate: 'access-token',
  rateLimit: 'media',
  params: Type.Object({ serverName: ServerNameSchema, mediaId: MediaIdSchema }),
  query: Type.Object({
    animated: Type.Optional(Type.Boolean()),
    height: CountSchema,
    method: Type.Optional(oneOf('crop', 'scale')),
    timeout_ms: Type.Optional(CountSchema),
    width: CountSchema,
  }),
})
