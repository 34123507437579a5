// Takes one-time keys of our users' devices.
// spec: server-server-api, POST /_matrix/federation/v1/user/keys/claim

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { OneTimeKeysSchema } from '../schemas/device-keys.ts'
import { DeviceIdSchema, NameSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { mapBy, mapOf } from '../schemas/json.ts'

export const claimUserEncryptionKeys = endpoint({
  operationId: 'claimUserEncryptionKeys',
  method: 'POST',
  path: '/_matrix/federation/v1/user/keys/claim',
  authenticate: 'signed',
  rateLimit: 'federation',
  body: Type.Object({ one_time_keys: mapBy(UserIdSchema, mapBy(DeviceIdSchema, NameSchema)) }),
  response: Type.Object({ one_time_keys: mapBy(UserIdSchema, mapOf(OneTimeKeysSchema)) }),
})
