// Whose access token this is.
// spec: client-server-api, GET /_matrix/client/v3/account/whoami

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DeviceIdSchema, UserIdSchema } from '../schemas/identifiers.ts'

export const getTokenOwner = endpoint({
  operationId: 'getTokenOwner',
  method: 'GET',
  path: '/_matrix/client/v3/account/whoami',
  formerPaths: ['/_matrix/client/r0/account/whoami'],
  authenticate: 'access-token',
  rateLimit: 'request',
  response: Type.Object({
    device_id: Type.Optional(DeviceIdSchema),
    is_guest: Type.Optional(Type.Boolean()),
    user_id: UserIdSchema,
  }),
})
