// Filters as clients define them. The limits are judged by `#protocol/event-filter`.
// spec: client-server-api #filtering

import { Type } from 'typebox'
import { RoomIdSchema, UserIdSchema } from './identifiers.ts'
import { oneOf } from './json.ts'

export const EventFilterSchema = Type.Object({
  limit: Type.Optional(Type.Integer()),
  not_senders: Type.Optional(Type.Array(UserIdSchema)),
  not_types: Type.Optional(Type.Array(Type.String())),
  senders: Type.Optional(Type.Array(UserIdSchema)),
  types: Type.Optional(Type.Array(Type.String())),
})

export const RoomEventFilterSchema = Type.Object({
  ...EventFilterSchema.properties,
  contains_url: Type.Optional(Type.Boolean()),
  include_redundant_members: Type.Optional(Type.Boolean()),
  lazy_load_members: Type.Optional(Type.Boolean()),
  not_rooms: Type.Optional(Type.Array(RoomIdSchema)),
  rooms: Type.Optional(Type.Array(RoomIdSchema)),
  unread_thread_notifications: Type.Optional(Type.Boolean()),
})

const RoomFilterSchema = Type.Object({
  account_data: Type.Optional(RoomEventFilterSchema),
  ephemeral: Type.Optional(RoomEventFilterSchema),
  include_leave: Type.Optional(Type.Boolean()),
  not_rooms: Type.Optional(Type.Array(RoomIdSchema)),
  rooms: Type.Optional(Type.Array(RoomIdSchema)),
  state: Type.Optional(RoomEventFilterSchema),
  timeline: Type.Optional(RoomEventFilterSchema),
})

export const SyncFilterSchema = Type.Object({
  account_data: Type.Optional(EventFilterSchema),
  event_fields: Type.Optional(Type.Array(Type.String())),
  event_format: Type.Optional(oneOf('client', 'federation')),
  presence: Type.Optional(EventFilterSchema),
  room: Type.Optional(RoomFilterSchema),
})
