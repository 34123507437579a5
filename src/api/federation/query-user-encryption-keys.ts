// The device keys of our users.
// spec: server-server-api, POST /_matrix/federation/v1/user/keys/query

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CrossSigningKeySchema, DeviceKeysWithNameSchema } from '../schemas/device-keys.ts'
import { DeviceIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { mapBy, mapOf } from '../schemas/json.ts'

export const queryUserEncryptionKeys = endpoint({
  operationId: 'queryUserEncryptionKeys',
  method: 'POST',
  path: '/_matrix/federation/v1/user/keys/query',
  authenticate: 'signed',
  rateLimit: 'federation',
  body: Type.Object({ device_keys: mapBy(UserIdSchema, Type.Array(DeviceIdSchema)) }),
  response: Type.Object({
    device_keys: mapBy(UserIdSchema, mapOf(DeviceKeysWithNameSchema)),
    master_keys: Type.Optional(mapBy(UserIdSchema, CrossSigningKeySchema)),
    self_signing_keys: Type.Optional(mapBy(UserIdSchema, CrossSigningKeySchema)),
  }),
})
