// The rooms of a space.
// spec: client-server-api, GET /_matrix/client/v1/rooms/{roomId}/hierarchy

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomAliasSchema, RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, JsonObjectSchema, TimestampSchema } from '../schemas/json.ts'
import { LimitSchema, TokenSchema } from '../schemas/pagination.ts'

export const getSpaceHierarchy = endpoint({
  operationId: 'getSpaceHierarchy',
  method: 'GET',
  path: '/_matrix/client/v1/rooms/:roomId/hierarchy',
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({
    from: Type.Optional(TokenSchema),
    limit: Type.Optional(LimitSchema),
    max_depth: Type.Optional(CountSchema),
    suggested_only: Type.Optional(Type.Boolean()),
  }),
  response: Type.Object({
    next_batch: Type.Optional(Type.String()),
    rooms: Type.Array(
      Type.Object({
        allowed_room_ids: Type.Optional(JsonObjectSchema),
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
    ),
  }),
})
