// The keys of users' devices.
// spec: client-server-api, POST /_matrix/client/v3/keys/query

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CrossSigningKeySchema } from '../schemas/device-keys.ts'
import { DeviceIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, JsonObjectSchema, mapBy, mapOf } from '../schemas/json.ts'

export const queryKeys = endpoint({
  operationId: 'queryKeys',
  method: 'POST',
  path: '/_matrix/client/v3/keys/query',
  formerPaths: ['/_matrix/client/r0/keys/query'],
  authenticate: 'access-token',
  rateLimit: 'none',
  body: Type.Object({
    device_keys: mapBy(UserIdSchema, Type.Array(Type.String())),
    timeout: Type.Optional(CountSchema),
  }),
  response: Type.Object({
    device_keys: Type.Optional(
      mapBy(
        UserIdSchema,
        mapOf(
          Type.Object({
            algorithms: Type.Array(Type.String()),
            device_id: DeviceIdSchema,
            keys: mapOf(Type.String()),
            signatures: mapBy(UserIdSchema, mapOf(Type.String())),
            unsigned: Type.Optional(Type.Object({ device_display_name: Type.Optional(Type.String()) })),
            user_id: UserIdSchema,
          }),
        ),
      ),
    ),
    failures: Type.Optional(mapOf(JsonObjectSchema)),
    master_keys: Type.Optional(mapBy(UserIdSchema, CrossSigningKeySchema)),
    self_signing_keys: Type.Optional(mapBy(UserIdSchema, CrossSigningKeySchema)),
    user_signing_keys: Type.Optional(mapBy(UserIdSchema, CrossSigningKeySchema)),
  }),
})
