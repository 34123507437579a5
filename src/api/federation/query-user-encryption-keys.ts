// The device keys of our users.
// spec: server-server-api, POST /_matrix/federation/v1/user/keys/query

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CrossSigningKeySchema } from '../schemas/device-keys.ts'
import { DeviceIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { mapBy, mapOf } from '../schemas/json.ts'

export const queryUserEncryptionKeys = endpoint({
  operationId: 'queryUserEncryptionKeys',
  method: 'POST',
  path: '/_matrix/federation/v1/user/keys/query',
  authenticate: 'signed',
  rateLimit: 'federation',
  body: Type.Object({ device_keys: mapBy(UserIdSchema, Type.Array(Type.String())) }),
  response: Type.Object({
    device_keys: mapBy(
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
    master_keys: Type.Optional(mapBy(UserIdSchema, CrossSigningKeySchema)),
    self_signing_keys: Type.Optional(mapBy(UserIdSchema, CrossSigningKeySchema)),
  }),
})
