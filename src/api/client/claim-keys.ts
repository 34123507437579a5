// Takes one one-time key of each given device, to start an encrypted session.
// spec: client-server-api, POST /_matrix/client/v3/keys/claim

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { OneTimeKeysSchema } from '../schemas/device-keys.ts'
import { DeviceIdSchema, NameSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, JsonObjectSchema, mapBy, mapOf } from '../schemas/json.ts'

export const claimKeys = endpoint({
  operationId: 'claimKeys',
  method: 'POST',
  path: '/_matrix/client/v3/keys/claim',
  formerPaths: ['/_matrix/client/r0/keys/claim'],
  authenticate: 'access-token',
  rateLimit: 'none',
  body: Type.Object({
    one_time_keys: mapBy(UserIdSchema, mapBy(DeviceIdSchema, NameSchema)),
    timeout: Type.Optional(CountSchema),
  }),
  response: Type.Object({
    failures: Type.Optional(mapOf(JsonObjectSchema)),
    one_time_keys: mapBy(UserIdSchema, mapOf(OneTimeKeysSchema)),
  }),
})
