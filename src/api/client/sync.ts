// What is new for the user since the last time, or the whole of it.
// spec: client-server-api, GET /_matrix/client/v3/sync

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import {
  ClientEventWithoutRoomIdSchema,
  EventBatchSchema,
  EventSchema,
  StrippedStateSchema,
} from '../schemas/client-event.ts'
import { EventIdSchema, RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, JsonObjectSchema, mapBy, mapOf, oneOf } from '../schemas/json.ts'
import { TokenSchema } from '../schemas/pagination.ts'

const EventsSchema = Type.Object({ events: Type.Optional(Type.Array(ClientEventWithoutRoomIdSchema)) })

const StrippedEventsSchema = Type.Object({ events: Type.Optional(Type.Array(StrippedStateSchema)) })

const TimelineSchema = Type.Object({
  events: Type.Array(ClientEventWithoutRoomIdSchema),
  limited: Type.Optional(Type.Boolean()),
  prev_batch: Type.Optional(Type.String()),
})

const UnreadCountsSchema = Type.Object({
  highlight_count: Type.Optional(CountSchema),
  notification_count: Type.Optional(CountSchema),
})

const LeftRoomSchema = Type.Object({
  account_data: Type.Optional(EventBatchSchema),
  'org.matrix.msc4222.state_after': Type.Optional(EventsSchema),
  state: Type.Optional(EventsSchema),
  state_after: Type.Optional(EventsSchema),
  timeline: Type.Optional(TimelineSchema),
})

const JoinedRoomSchema = Type.Object({
  ...LeftRoomSchema.properties,
  ephemeral: Type.Optional(EventBatchSchema),
  summary: Type.Optional(
    Type.Object({
      'm.heroes': Type.Optional(Type.Array(UserIdSchema)),
      'm.invited_member_count': Type.Optional(CountSchema),
      'm.joined_member_count': Type.Optional(CountSchema),
    }),
  ),
  unread_notifications: Type.Optional(UnreadCountsSchema),
  /** By thread root. */
  unread_thread_notifications: Type.Optional(mapBy(EventIdSchema, UnreadCountsSchema)),
})

const RoomsSchema = Type.Object({
  invite: Type.Optional(mapBy(RoomIdSchema, Type.Object({ invite_state: Type.Optional(StrippedEventsSchema) }))),
  join: Type.Optional(mapBy(RoomIdSchema, JoinedRoomSchema)),
  knock: Type.Optional(mapBy(RoomIdSchema, Type.Object({ knock_state: Type.Optional(StrippedEventsSchema) }))),
  leave: Type.Optional(mapBy(RoomIdSchema, LeftRoomSchema)),
})

/** Users whose devices have changed, and users with whom no encrypted room is shared any more. */
const DeviceListsSchema = Type.Object({
  changed: Type.Optional(Type.Array(UserIdSchema)),
  left: Type.Optional(Type.Array(UserIdSchema)),
})

const ToDeviceEventSchema = Type.Object({ content: JsonObjectSchema, sender: UserIdSchema, type: Type.String() })

const PresenceBatchSchema = Type.Object({
  events: Type.Optional(Type.Array(Type.Object({ ...EventSchema.properties, sender: UserIdSchema }))),
})

export const sync = endpoint({
  operationId: 'sync',
  method: 'GET',
  path: '/_matrix/client/v3/sync',
  formerPaths: ['/_matrix/client/r0/sync'],
  authenticate: 'access-token',
  rateLimit: 'none',
  query: Type.Object({
    filter: Type.Optional(Type.String()),
    full_state: Type.Optional(Type.Boolean()),
    set_presence: Type.Optional(oneOf('offline', 'online', 'unavailable')),
    since: Type.Optional(TokenSchema),
    timeout: Type.Optional(CountSchema),
    use_state_after: Type.Optional(Type.Boolean()),
    // MSC4222: the only name that today's clients send.
    'org.matrix.msc4222.use_state_after': Type.Optional(Type.Boolean()),
  }),
  response: Type.Object({
    account_data: Type.Optional(EventBatchSchema),
    device_lists: Type.Optional(DeviceListsSchema),
    device_one_time_keys_count: Type.Optional(mapOf(CountSchema)),
    next_batch: Type.String(),
    presence: Type.Optional(PresenceBatchSchema),
    rooms: Type.Optional(RoomsSchema),
    device_unused_fallback_key_types: Type.Optional(Type.Array(Type.String())),
    to_device: Type.Optional(Type.Object({ events: Type.Optional(Type.Array(ToDeviceEventSchema)) })),
  }),
})
