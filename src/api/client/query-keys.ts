// The keys of users' devices.
// spec: client-server-api, POST /_matrix/client/v3/keys/query

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CrossSigningKeySchema, DeviceKeysWithNameSchema } from '../schemas/device-keys.ts'
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
    device_keys: mapBy(UserIdSchema, Type.Array(DeviceIdSchema)),
    timeout: Type.Optional(CountSchema),
  }),
  response: Type.Object({
    device_keys: Type.Optional(mapBy(UserIdSchema, mapOf(DeviceKeysWithNameSchema))),
    failures: Type.Optional(mapOf(JsonObjectSchema)),
    master_keys: Type.Optional(mapBy(UserIdSchema, CrossSigningKeySchema)),
    self_signing_keys: Type.Optional(mapBy(UserIdSchema, CrossSigningKeySchema)),
    user_signing_keys: Type.Optional(mapBy(UserIdSchema, CrossSigningKeySchema)),
  }),
})
