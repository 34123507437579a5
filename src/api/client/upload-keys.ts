// Publishes the device's keys.
// spec: client-server-api, POST /_matrix/client/v3/keys/upload

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DeviceKeysSchema, OneTimeKeysSchema } from '../schemas/device-keys.ts'
import { mapOf } from '../schemas/json.ts'

export const uploadKeys = endpoint({
  operationId: 'uploadKeys',
  method: 'POST',
  path: '/_matrix/client/v3/keys/upload',
  formerPaths: ['/_matrix/client/r0/keys/upload'],
  authenticate: 'access-token',
  rateLimit: 'none',
  body: Type.Object({
    device_keys: Type.Optional(DeviceKeysSchema),
    fallback_keys: Type.Optional(OneTimeKeysSchema),
    one_time_keys: Type.Optional(OneTimeKeysSchema),
  }),
  response: Type.Object({ one_time_key_counts: mapOf(Type.Integer()) }),
})
