// What is new for the user since the last time, or the whole of it.
// spec: client-server-api, GET /_matrix/client/v3/sync

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventWithoutRoomIdSchema, EventBatchSchema, StrippedStateSchema } from '../schemas/client-event.ts'
import { EventIdSchema, RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, JsonObjectSchema, mapBy, mapOf, oneOf } from '../schemas/json.ts'
import { TokenSchema } from '../schemas/pagination.ts'

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
  }),
  response: Type.Object({
    account_data: Type.Optional(EventBatchSchema),
    device_lists: Type.Optional(JsonObjectSchema),
    device_one_time_keys_count: Type.Optional(mapOf(Type.Integer())),
    next_batch: Type.String(),
    presence: Type.Optional(EventBatchSchema),
    rooms: Type.Optional(
      Type.Object({
        invite: Type.Optional(
          mapBy(
            RoomIdSchema,
            Type.Object({
              invite_state: Type.Optional(Type.Object({ events: Type.Optional(Type.Array(StrippedStateSchema)) })),
            }),
          ),
        ),
        join: Type.Optional(
          mapBy(
            RoomIdSchema,
            Type.Object({
              account_data: Type.Optional(EventBatchSchema),
              ephemeral: Type.Optional(EventBatchSchema),
              state: Type.Optional(Type.Object({ events: Type.Optional(Type.Array(ClientEventWithoutRoomIdSchema)) })),
              state_after: Type.Optional(
                Type.Object({ events: Type.Optional(Type.Array(ClientEventWithoutRoomIdSchema)) }),
              ),
              summary: Type.Optional(
                Type.Object({
                  'm.heroes': Type.Optional(Type.Array(UserIdSchema)),
                  'm.invited_member_count': Type.Optional(CountSchema),
                  'm.joined_member_count': Type.Optional(CountSchema),
                }),
              ),
              timeline: Type.Optional(
                Type.Object({
                  events: Type.Array(ClientEventWithoutRoomIdSchema),
                  limited: Type.Optional(Type.Boolean()),
                  prev_batch: Type.Optional(Type.String()),
                }),
              ),
              unread_notifications: Type.Optional(
                Type.Object({
                  highlight_count: Type.Optional(CountSchema),
                  notification_count: Type.Optional(CountSchema),
                }),
              ),
              unread_thread_notifications: Type.Optional(
                mapBy(
                  EventIdSchema,
                  Type.Object({
                    highlight_count: Type.Optional(CountSchema),
                    notification_count: Type.Optional(CountSchema),
                  }),
                ),
              ),
            }),
          ),
        ),
        knock: Type.Optional(
          mapBy(
            RoomIdSchema,
            Type.Object({
              knock_state: Type.Optional(Type.Object({ events: Type.Optional(Type.Array(StrippedStateSchema)) })),
            }),
          ),
        ),
        leave: Type.Optional(
          mapBy(
            RoomIdSchema,
            Type.Object({
              account_data: Type.Optional(EventBatchSchema),
              state: Type.Optional(Type.Object({ events: Type.Optional(Type.Array(ClientEventWithoutRoomIdSchema)) })),
              state_after: Type.Optional(
                Type.Object({ events: Type.Optional(Type.Array(ClientEventWithoutRoomIdSchema)) }),
              ),
              timeline: Type.Optional(
                Type.Object({
                  events: Type.Array(ClientEventWithoutRoomIdSchema),
                  limited: Type.Optional(Type.Boolean()),
                  prev_batch: Type.Optional(Type.String()),
                }),
              ),
            }),
          ),
        ),
      }),
    ),
    to_device: Type.Optional(JsonObjectSchema),
  }),
})
