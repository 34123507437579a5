// The user's devices.
// spec: client-server-api, GET /_matrix/client/v3/devices

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DeviceIdSchema } from '../schemas/identifiers.ts'
import { TimestampSchema } from '../schemas/json.ts'

export const getDevices = endpoint({
  operationId: 'getDevices',
  method: 'GET',
  path: '/_matrix/client/v3/devices',
  formerPaths: ['/_matrix/client/r0/devices'],
  authenticate: 'access-token',
  rateLimit: 'none',
  response: Type.Object({
    devices: Type.Optional(
      Type.Array(
        Type.Object({
          device_id: DeviceIdSchema,
          display_name: Type.Optional(Type.String()),
          last_seen_ip: Type.Optional(Type.String()),
          last_seen_ts: Type.Optional(TimestampSchema),
        }),
      ),
    ),
  }),
})
