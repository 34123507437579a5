// The rooms of a space, one level deep.
// spec: server-server-api, GET /_matrix/federation/v1/hierarchy/{roomId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomAliasSchema, RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, JsonObjectSchema, TimestampSchema } from '../schemas/json.ts'

export const getSpaceHierarchy = endpoint({
  operationId: 'getSpaceHierarchy',
  method: 'GET',
  path: '/_matrix/federation/v1/hierarchy/:roomId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({ suggested_only: Type.Optional(Type.Boolean()) }),
  response: Type.Object({
    children: Type.Array(
      Type.Object({
        allowed_room_ids: Type.Optional(Type.Array(RoomIdSchema)),
        avatar_url: Type.Optional(Type.String()),
        canonical_alias: Type.Optional(RoomAliasSchema),
        encryption: Type.Optional(JsonObjectSchema),
        guest_can_join: Type.Boolean(),
        join_rule: Type.Optional(Type.String()),
        name: Type.Optional(Type.String()),
        num_joined_members: CountSchema,
        room_id: RoomIdSchema,
        room_type: Type.Optional(JsonObjectSchema),
        room_version: Type.Optional(JsonObjectSchema),
        topic: Type.Optional(Type.String()),
        world_readable: Type.Boolean(),
      }),
    ),
    inaccessible_children: Type.Array(Type.String()),
    room: Type.Object({
      allowed_room_ids: Type.Optional(Type.Array(RoomIdSchema)),
      avatar_url: Type.Optional(Type.String()),
      canonical_alias: Type.Optional(RoomAliasSchema),
      children_state: Type.Array(
        Type.Object({
          content: JsonObjectSchema,
          origin_server_ts: TimestampSchema,
          sender: UserIdSchema,
          state_key: Type.String(),
          type: Type.String(),
        }),
      ),
      encryption: Type.Optional(JsonObjectSchema),
      guest_can_join: Type.Boolean(),
      join_rule: Type.Optional(Type.String()),
      name: Type.Optional(Type.String()),
      num_joined_members: CountSchema,
      room_id: RoomIdSchema,
      room_type: Type.Optional(JsonObjectSchema),
      room_version: Type.Optional(JsonObjectSchema),
      topic: Type.Optional(Type.String()),
      world_readable: Type.Boolean(),
    }),
  }),
})
