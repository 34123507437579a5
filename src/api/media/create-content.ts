// Reserves a content address for an upload that follows.
// spec: client-server-api, POST /_matrix/media/v1/create

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { MxcUriSchema } from '../schemas/identifiers.ts'
import { TimestampSchema } from '../schemas/json.ts'

export const createContent = endpoint({
  operationId: 'createContent',
  method: 'POST',
  path: '/_matrix/media/v1/create',
  authenticate: 'access-token',
  rateLimit: 'media',
  response: Type.Object({ content_uri: MxcUriSchema, unused_expires_at: Type.Optional(TimestampSchema) }),
})
