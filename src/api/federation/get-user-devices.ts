// The devices of one of our users.
// spec: server-server-api, GET /_matrix/federation/v1/user/devices/{userId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CrossSigningKeySchema, DeviceKeysSchema } from '../schemas/device-keys.ts'
import { DeviceIdSchema, UserIdSchema } from '../schemas/identifiers.ts'

export const getUserDevices = endpoint({
  operationId: 'getUserDevices',
  method: 'GET',
  path: '/_matrix/federation/v1/user/devices/:userId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ userId: UserIdSchema }),
  response: Type.Object({
    devices: Type.Array(
      Type.Object({
        device_display_name: Type.Optional(Type.String()),
        device_id: DeviceIdSchema,
        keys: DeviceKeysSchema,
      }),
    ),
    master_key: Type.Optional(CrossSigningKeySchema),
    self_signing_key: Type.Optional(CrossSigningKeySchema),
    stream_id: Type.Integer(),
    user_id: UserIdSchema,
  }),
})
