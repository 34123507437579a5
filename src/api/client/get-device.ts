// One of the user's devices.
// spec: client-server-api, GET /_matrix/client/v3/devices/{deviceId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DeviceIdSchema } from '../schemas/identifiers.ts'
import { TimestampSchema } from '../schemas/json.ts'

export const getDevice = endpoint({
  operationId: 'getDevice',
  method: 'GET',
  path: '/_matrix/client/v3/devices/:deviceId',
  formerPaths: ['/_matrix/client/r0/devices/:deviceId'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ deviceId: DeviceIdSchema }),
  response: Type.Object({
    device_id: DeviceIdSchema,
    display_name: Type.Optional(Type.String()),
    last_seen_ip: Type.Optional(Type.String()),
    last_seen_ts: Type.Optional(TimestampSchema),
  }),
})
