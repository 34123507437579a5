// Makes an account.
// spec: client-server-api, POST /_matrix/client/v3/register

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DeviceIdSchema, ServerNameSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, oneOf } from '../schemas/json.ts'
import { AuthDataSchema } from '../schemas/user-interactive.ts'

export const register = endpoint({
  operationId: 'register',
  method: 'POST',
  path: '/_matrix/client/v3/register',
  formerPaths: ['/_matrix/client/r0/register'],
  authenticate: 'none',
  rateLimit: 'registration',
  query: Type.Object({ kind: Type.Optional(oneOf('guest', 'user')) }),
  body: Type.Object({
    auth: Type.Optional(AuthDataSchema),
    device_id: Type.Optional(DeviceIdSchema),
    inhibit_login: Type.Optional(Type.Boolean()),
    initial_device_display_name: Type.Optional(Type.String()),
    password: Type.Optional(Type.String()),
    refresh_token: Type.Optional(Type.Boolean()),
    username: Type.Optional(Type.String()),
  }),
  userInteractive: true,
  response: Type.Object({
    access_token: Type.Optional(Type.String()),
    device_id: Type.Optional(DeviceIdSchema),
    expires_in_ms: Type.Optional(CountSchema),
    home_server: Type.Optional(ServerNameSchema),
    refresh_token: Type.Optional(Type.String()),
    user_id: UserIdSchema,
  }),
})
