// Logs several devices out and forgets them.
// spec: client-server-api, POST /_matrix/client/v3/delete_devices

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DeviceIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'
import { AuthDataSchema } from '../schemas/user-interactive.ts'

export const deleteDevices = endpoint({
  operationId: 'deleteDevices',
  method: 'POST',
  path: '/_matrix/client/v3/delete_devices',
  formerPaths: ['/_matrix/client/r0/delete_devices'],
  authenticate: 'access-token',
  rateLimit: 'none',
  body: Type.Object({ auth: Type.Optional(AuthDataSchema), devices: Type.Array(DeviceIdSchema) }),
  userInteractive: true,
  response: EmptyObjectSchema,
})
