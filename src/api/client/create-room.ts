// Makes a room.
// spec: client-server-api, POST /_matrix/client/v3/createRoom

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema, oneOf } from '../schemas/json.ts'

export const createRoom = endpoint({
  operationId: 'createRoom',
  method: 'POST',
  path: '/_matrix/client/v3/createRoom',
  formerPaths: ['/_matrix/client/r0/createRoom'],
  authenticate: 'access-token',
  rateLimit: 'request',
  body: Type.Object({
    creation_content: Type.Optional(JsonObjectSchema),
    initial_state: Type.Optional(
      Type.Array(
        Type.Object({ content: JsonObjectSchema, state_key: Type.Optional(Type.String()), type: Type.String() }),
      ),
    ),
    invite: Type.Optional(Type.Array(UserIdSchema)),
    invite_3pid: Type.Optional(
      Type.Array(
        Type.Object({
          address: Type.String(),
          id_access_token: Type.String(),
          id_server: Type.String(),
          medium: Type.String(),
        }),
      ),
    ),
    is_direct: Type.Optional(Type.Boolean()),
    name: Type.Optional(Type.String()),
    power_level_content_override: Type.Optional(JsonObjectSchema),
    preset: Type.Optional(oneOf('private_chat', 'public_chat', 'trusted_private_chat')),
    room_alias_name: Type.Optional(Type.String()),
    room_version: Type.Optional(Type.String()),
    topic: Type.Optional(Type.String()),
    visibility: Type.Optional(oneOf('public', 'private')),
  }),
  response: Type.Object({ room_id: RoomIdSchema }),
})
