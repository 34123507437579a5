// What this server lets its users do.
// spec: client-server-api, GET /_matrix/client/v3/capabilities

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { mapOf, oneOf } from '../schemas/json.ts'

export const getCapabilities = endpoint({
  operationId: 'getCapabilities',
  method: 'GET',
  path: '/_matrix/client/v3/capabilities',
  formerPaths: ['/_matrix/client/r0/capabilities'],
  authenticate: 'access-token',
  rateLimit: 'request',
  response: Type.Object({
    capabilities: Type.Object({
      'm.3pid_changes': Type.Optional(Type.Object({ enabled: Type.Boolean() })),
      'm.account_moderation': Type.Optional(
        Type.Object({ lock: Type.Optional(Type.Boolean()), suspend: Type.Optional(Type.Boolean()) }),
      ),
      'm.change_password': Type.Optional(Type.Object({ enabled: Type.Boolean() })),
      'm.forget_forced_upon_leave': Type.Optional(Type.Object({ enabled: Type.Boolean() })),
      'm.get_login_token': Type.Optional(Type.Object({ enabled: Type.Boolean() })),
      'm.profile_fields': Type.Optional(
        Type.Object({
          allowed: Type.Optional(Type.Array(Type.String())),
          disallowed: Type.Optional(Type.Array(Type.String())),
          enabled: Type.Boolean(),
        }),
      ),
      'm.room_versions': Type.Optional(
        Type.Object({ available: mapOf(oneOf('stable', 'unstable')), default: Type.String() }),
      ),
      'm.set_avatar_url': Type.Optional(Type.Object({ enabled: Type.Boolean() })),
      'm.set_displayname': Type.Optional(Type.Object({ enabled: Type.Boolean() })),
    }),
  }),
})
