// What may be told of a room without joining it.
// spec: client-server-api, GET /_matrix/client/v1/room_summary/{roomIdOrAlias}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomAliasSchema, RoomIdOrAliasSchema, RoomIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'
import { CountSchema, oneOf } from '../schemas/json.ts'

export const getRoomSummary = endpoint({
  operationId: 'getRoomSummary',
  method: 'GET',
  path: '/_matrix/client/v1/room_summary/:roomIdOrAlias',
  authenticate: 'access-token?',
  rateLimit: 'none',
  params: Type.Object({ roomIdOrAlias: RoomIdOrAliasSchema }),
  query: Type.Object({ via: Type.Optional(Type.Array(ServerNameSchema)) }),
  response: Type.Object({
    allowed_room_ids: Type.Optional(Type.Array(RoomIdSchema)),
    avatar_url: Type.Optional(Type.String()),
    canonical_alias: Type.Optional(RoomAliasSchema),
    encryption: Type.Optional(oneOf('m.megolm.v1.aes-sha2')),
    guest_can_join: Type.Boolean(),
    join_rule: Type.Optional(Type.String()),
    membership: Type.Optional(oneOf('invite', 'join', 'knock', 'leave', 'ban')),
    name: Type.Optional(Type.String()),
    num_joined_members: CountSchema,
    room_id: RoomIdSchema,
    room_type: Type.Optional(Type.String()),
    room_version: Type.Optional(Type.String()),
    topic: Type.Optional(Type.String()),
    world_readable: Type.Boolean(),
  }),
})
