// The events that the user has been notified of.
// spec: client-server-api, GET /_matrix/client/v3/notifications

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventWithoutRoomIdSchema } from '../schemas/client-event.ts'
import { JsonObjectSchema, TimestampSchema } from '../schemas/json.ts'
import { LimitSchema, TokenSchema } from '../schemas/pagination.ts'

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
        actions: Type.Array(Type.Union([JsonObjectSchema, Type.String()])),
        event: ClientEventWithoutRoomIdSchema,
        profile_tag: Type.Optional(Type.String()),
        read: Type.Boolean(),
        room_id: Type.String(),
        ts: TimestampSchema,
      }),
    ),
  }),
})
