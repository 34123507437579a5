// Logs in: a new session for a new or known device.
// spec: client-server-api, POST /_matrix/client/v3/login

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DeviceIdSchema, ServerNameSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { CountSchema } from '../schemas/json.ts'
import { UserIdentifierSchema } from '../schemas/user-interactive.ts'
import { WellKnownSchema } from '../schemas/well-known.ts'

export const login = endpoint({
  operationId: 'login',
  method: 'POST',
  path: '/_matrix/client/v3/login',
  formerPaths: ['/_matrix/client/r0/login'],
  authenticate: 'none',
  rateLimit: 'login',
  body: Type.Object({
    address: Type.Optional(Type.String()),
    device_id: Type.Optional(DeviceIdSchema),
    identifier: Type.Optional(UserIdentifierSchema),
    initial_device_display_name: Type.Optional(Type.String()),
    medium: Type.Optional(Type.String()),
    password: Type.Optional(Type.String()),
    refresh_token: Type.Optional(Type.Boolean()),
    token: Type.Optional(Type.String()),
    type: Type.String(),
    user: Type.Optional(Type.String()),
  }),
  response: Type.Object({
    access_token: Type.String(),
    device_id: DeviceIdSchema,
    expires_in_ms: Type.Optional(CountSchema),
    home_server: Type.Optional(ServerNameSchema),
    refresh_token: Type.Optional(Type.String()),
    user_id: UserIdSchema,
    well_known: Type.Optional(WellKnownSchema),
  }),
})
