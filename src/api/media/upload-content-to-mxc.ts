// Uploads content to a reserved address.
// spec: client-server-api, PUT /_matrix/media/v3/upload/{serverName}/{mediaId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { MediaIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const uploadContentToMXC = endpoint({
  operationId: 'uploadContentToMXC',
  method: 'PUT',
  path: '/_matrix/media/v3/upload/:serverName/:mediaId',
  formerPaths: ['/_matrix/media/r0/upload/:serverName/:mediaId', '/_matrix/media/v1/upload/:serverName/:mediaId'],
  authenticate: 'access-token',
  rateLimit: 'media',
  params: Type.Object({ serverName: ServerNameSchema, mediaId: MediaIdSchema }),
  query: Type.Object({ filename: Type.Optional(Type.String()) }),
  body: 'bytes',
  response: EmptyObjectSchema,
})
