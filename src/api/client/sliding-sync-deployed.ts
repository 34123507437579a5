// The rooms that a client looks at, and what is new in them, in the shape that clients speak today.
// spec: proposals/4186 (unstable prefix; differences from the experimental implementation)

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventWithoutRoomIdSchema } from '../schemas/client-event.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, mapBy, mapOf, oneOf } from '../schemas/json.ts'
import { TokenSchema } from '../schemas/pagination.ts'
import {
  ConnectionIdSchema,
  ExtensionResultsSchema,
  ExtensionsSchema,
  RangeSchema,
  roomFilter,
  roomResult,
  StrippedEventsSchema,
} from '../schemas/sliding-sync.ts'

const roomConfig = {
  timeline_limit: CountSchema,
  /** Type and state key; `*` for any, `$ME` for the user's own, `$LAZY` for members as they are needed. */
  required_state: Type.Array(Type.Tuple([Type.String(), Type.String()]), { maxItems: 200 }),
} as const

const ListSchema = Type.Object({
  ...roomConfig,
  ranges: Type.Optional(Type.Array(RangeSchema, { maxItems: 20 })),
  filters: Type.Optional(Type.Object({ ...roomFilter, is_invite: Type.Optional(Type.Boolean()) })),
})

const RoomResultSchema = Type.Object({
  ...roomResult,
  unstable_expanded_timeline: Type.Optional(Type.Boolean()),
  required_state: Type.Optional(Type.Array(ClientEventWithoutRoomIdSchema)),
  invite_state: Type.Optional(StrippedEventsSchema),
  notification_count: Type.Optional(CountSchema),
  highlight_count: Type.Optional(CountSchema),
})

const OperationSchema = Type.Object({ op: oneOf('SYNC'), range: RangeSchema, room_ids: Type.Array(RoomIdSchema) })

export const slidingSyncDeployed = endpoint({
  operationId: 'slidingSyncDeployed',
  method: 'POST',
  path: '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync',
  authenticate: 'access-token',
  rateLimit: 'none',
  // As in the accepted shape.
  bodyLimit: 512 * 1024,
  query: Type.Object({
    pos: Type.Optional(TokenSchema),
    timeout: Type.Optional(CountSchema),
    set_presence: Type.Optional(oneOf('offline', 'online', 'unavailable')),
  }),
  body: Type.Object({
    conn_id: Type.Optional(ConnectionIdSchema),
    txn_id: Type.Optional(Type.String({ maxLength: 255 })),
    lists: Type.Optional(mapOf(ListSchema)),
    room_subscriptions: Type.Optional(mapBy(RoomIdSchema, Type.Object(roomConfig))),
    extensions: Type.Optional(ExtensionsSchema),
  }),
  response: Type.Object({
    pos: Type.String(),
    txn_id: Type.Optional(Type.String()),
    lists: Type.Optional(mapOf(Type.Object({ count: CountSchema, ops: Type.Optional(Type.Array(OperationSchema)) }))),
    rooms: Type.Optional(mapBy(RoomIdSchema, RoomResultSchema)),
    extensions: Type.Optional(ExtensionResultsSchema),
  }),
})
