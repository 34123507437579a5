// Publishes the device's keys.
// spec: client-server-api, POST /_matrix/client/v3/keys/upload

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { OneTimeKeysSchema } from '../schemas/device-keys.ts'
import { JsonObjectSchema, mapOf } from '../schemas/json.ts'

export const uploadKeys = endpoint({
  operationId: 'uploadKeys',
  method: 'POST',
  path: '/_matrix/client/v3/keys/upload',
  formerPaths: ['/_matrix/client/r0/keys/upload'],
  authenticate: 'access-token',
  rateLimit: 'none',
  body: Type.Object({
    // Judged by `e2ee`, which also takes keys that are not signed where the operator wants it so.
    device_keys: Type.Optional(JsonObjectSchema),
    fallback_keys: Type.Optional(OneTimeKeysSchema),
    one_time_keys: Type.Optional(OneTimeKeysSchema),
  }),
  response: Type.Object({ one_time_key_counts: mapOf(Type.Integer()) }),
})
