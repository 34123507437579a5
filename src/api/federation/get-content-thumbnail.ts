// A thumbnail of content of ours, for another server.
// spec: server-server-api, GET /_matrix/federation/v1/media/thumbnail/{mediaId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { MediaIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, oneOf } from '../schemas/json.ts'

export const getContentThumbnail = endpoint({
  operationId: 'getContentThumbnail',
  method: 'GET',
  path: '/_matrix/federation/v1/media/thumbnail/:mediaId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ mediaId: MediaIdSchema }),
  query: Type.Object({
    animated: Type.Optional(Type.Boolean()),
    height: CountSchema,
    method: Type.Optional(oneOf('crop', 'scale')),
    timeout_ms: Type.Optional(CountSchema),
    width: CountSchema,
  }),
})
