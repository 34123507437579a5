// Where the user's notifications go.
// spec: client-server-api, GET /_matrix/client/v3/pushers

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const getPushers = endpoint({
  operationId: 'getPushers',
  method: 'GET',
  path: '/_matrix/client/v3/pushers',
  formerPaths: ['/_matrix/client/r0/pushers'],
  authenticate: 'access-token',
  rateLimit: 'none',
  response: Type.Object({
    pushers: Type.Optional(
      Type.Array(
        Type.Object({
          app_display_name: Type.String(),
          app_id: Type.String(),
          data: Type.Object({ format: Type.Optional(Type.String()), url: Type.Optional(Type.String()) }),
          device_display_name: Type.String(),
          kind: Type.String(),
          lang: Type.String(),
          profile_tag: Type.Optional(Type.String()),
          pushkey: Type.String(),
        }),
      ),
    ),
  }),
})
