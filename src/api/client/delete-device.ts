// Logs a device out and forgets it.
// spec: client-server-api, DELETE /_matrix/client/v3/devices/{deviceId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DeviceIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'
import { AuthDataSchema } from '../schemas/user-interactive.ts'

export const deleteDevice = endpoint({
  operationId: 'deleteDevice',
  method: 'DELETE',
  path: '/_matrix/client/v3/devices/:deviceId',
  formerPaths: ['/_matrix/client/r0/devices/:deviceId'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ deviceId: DeviceIdSchema }),
  body: Type.Object({ auth: Type.Optional(AuthDataSchema) }),
  emptyBody: true,
  userInteractive: true,
  response: EmptyObjectSchema,
})
