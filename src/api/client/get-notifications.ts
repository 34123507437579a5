// The events that the user has been notified of.
// spec: client-server-api, GET /_matrix/client/v3/notifications

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventWithoutRoomIdSchema } from '../schemas/client-event.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { TimestampSchema } from '../schemas/json.ts'
import { LimitSchema, TokenSchema } from '../schemas/pagination.ts'
import { PushActionsSchema } from '../schemas/push-rules.ts'

export const getNotifications = endpoint({
  operationId: 'getNotifications',
  method: 'GET',
  path: '/_matrix/client/v3/notifications',
  formerPaths: ['/_matrix/client/r0/notifications'],
  authenticate: 'access-token',
  rateLimit: 'none',
  query: Type.Object({
    from: Type.Optional(TokenSchema),
    limit: Type.Optional(LimitSchema),
    only: Type.Optional(Type.String()),
  }),
  response: Type.Object({
    next_token: Type.Optional(Type.String()),
    notifications: Type.Array(
      Type.Object({
        actions: PushActionsSchema,
        event: ClientEventWithoutRoomIdSchema,
        profile_tag: Type.Optional(Type.String()),
        read: Type.Boolean(),
        room_id: RoomIdSchema,
        ts: TimestampSchema,
      }),
    ),
  }),
})
