// Names a device.
// spec: client-server-api, PUT /_matrix/client/v3/devices/{deviceId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DeviceIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const updateDevice = endpoint({
  operationId: 'updateDevice',
  method: 'PUT',
  path: '/_matrix/client/v3/devices/:deviceId',
  formerPaths: ['/_matrix/client/r0/devices/:deviceId'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ deviceId: DeviceIdSchema }),
  body: Type.Object({ display_name: Type.Optional(Type.String()) }),
  response: EmptyObjectSchema,
})
