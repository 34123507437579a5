// Uploads content.
// spec: client-server-api, POST /_matrix/media/v3/upload

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { MxcUriSchema } from '../schemas/identifiers.ts'

export const uploadContent = endpoint({
  operationId: 'uploadContent',
  method: 'POST',
  path: '/_matrix/media/v3/upload',
  formerPaths: ['/_matrix/media/r0/upload', '/_matrix/media/v1/upload'],
  authenticate: 'access-token',
  rateLimit: 'media',
  query: Type.Object({ filename: Type.Optional(Type.String()) }),
  body: 'bytes',
  response: Type.Object({ content_uri: MxcUriSchema }),
})
