// Makes an account for whoever knows the shared secret of the server.
// spec: none; the de-facto admin API `/_synapse/admin/v1/register`

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DeviceIdSchema, ServerNameSchema, UserIdSchema } from '../schemas/identifiers.ts'

export const registerBySharedSecret = endpoint({
  operationId: 'registerBySharedSecret',
  method: 'POST',
  path: '/_synapse/admin/v1/register',
  authenticate: 'none',
  rateLimit: 'registration',
  body: Type.Object({
    admin: Type.Optional(Type.Boolean()),
    displayname: Type.Optional(Type.String()),
    inhibit_login: Type.Optional(Type.Boolean()),
    mac: Type.String(),
    nonce: Type.String(),
    password: Type.String(),
    user_type: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    username: Type.String(),
  }),
  response: Type.Object({
    access_token: Type.Optional(Type.String()),
    device_id: Type.Optional(DeviceIdSchema),
    home_server: Type.Optional(ServerNameSchema),
    user_id: UserIdSchema,
  }),
})
