// The directory of published rooms, as clients and other servers get it.
// spec: client-server-api #published-room-directory; server-server-api #published-room-directory

import { Type } from 'typebox'
import { StrippedStateSchema } from './client-event.ts'
import { RoomAliasSchema, RoomIdSchema } from './identifiers.ts'
import { CountSchema, nullable, TimestampSchema } from './json.ts'

export const PublicRoomSchema = Type.Object({
  avatar_url: Type.Optional(Type.String()),
  canonical_alias: Type.Optional(RoomAliasSchema),
  guest_can_join: Type.Boolean(),
  join_rule: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  num_joined_members: CountSchema,
  room_id: RoomIdSchema,
  room_type: Type.Optional(Type.String()),
  topic: Type.Optional(Type.String()),
  world_readable: Type.Boolean(),
})

export const PublicRoomsSchema = Type.Object({
  chunk: Type.Array(PublicRoomSchema),
  next_batch: Type.Optional(Type.String()),
  prev_batch: Type.Optional(Type.String()),
  total_room_count_estimate: Type.Optional(CountSchema),
})

export const PublicRoomsFilterSchema = Type.Object({
  generic_search_term: Type.Optional(Type.String()),
  room_types: Type.Optional(Type.Array(nullable(Type.String()))),
})

/** What is told of a room to someone who is not in it. */
export const RoomSummarySchema = Type.Object({
  ...PublicRoomSchema.properties,
  allowed_room_ids: Type.Optional(Type.Array(RoomIdSchema)),
  encryption: Type.Optional(Type.String()),
  room_version: Type.Optional(Type.String()),
})

/** A room of a space with its links to its children. */
export const SpaceRoomSchema = Type.Object({
  ...RoomSummarySchema.properties,
  children_state: Type.Array(
    Type.Object({
      ...StrippedStateSchema.properties,
      origin_server_ts: TimestampSchema,
    }),
  ),
})
