// Adds, changes or removes a place where notifications go.
// spec: client-server-api, POST /_matrix/client/v3/pushers/set

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EmptyObjectSchema, nullable, oneOf } from '../schemas/json.ts'

export const postPusher = endpoint({
  operationId: 'postPusher',
  method: 'POST',
  path: '/_matrix/client/v3/pushers/set',
  formerPaths: ['/_matrix/client/r0/pushers/set'],
  authenticate: 'access-token',
  rateLimit: 'request',
  body: Type.Object({
    app_display_name: Type.Optional(Type.String()),
    app_id: Type.String(),
    append: Type.Optional(Type.Boolean()),
    data: Type.Optional(
      Type.Object({ format: Type.Optional(oneOf('event_id_only')), url: Type.Optional(Type.String()) }),
    ),
    device_display_name: Type.Optional(Type.String()),
    kind: nullable(Type.String()),
    lang: Type.Optional(Type.String()),
    profile_tag: Type.Optional(Type.String()),
    pushkey: Type.String(),
  }),
  response: EmptyObjectSchema,
})
