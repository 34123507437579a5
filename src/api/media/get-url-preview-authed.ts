// What is behind a web address, for a preview.
// spec: client-server-api, GET /_matrix/client/v1/media/preview_url

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CountSchema, TimestampSchema } from '../schemas/json.ts'

export const getUrlPreviewAuthed = endpoint({
  operationId: 'getUrlPreviewAuthed',
  method: 'GET',
  path: '/_matrix/client/v1/media/preview_url',
  authenticate: 'access-token',
  rateLimit: 'media',
  query: Type.Object({ ts: Type.Optional(TimestampSchema), url: Type.String() }),
  response: Type.Object({ 'matrix:image:size': Type.Optional(CountSchema), 'og:image': Type.Optional(Type.String()) }),
})
