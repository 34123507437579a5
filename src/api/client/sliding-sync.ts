// The rooms that a client looks at, and what is new in them.
// spec: proposals/4186, POST /_matrix/client/v4/sync

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

const StatePatternsSchema = Type.Array(
  Type.Object({ type: Type.Optional(Type.String()), state_key: Type.Optional(Type.String()) }),
  { maxItems: 200 },
)

const roomConfig = {
  timeline_limit: CountSchema,
  required_state: Type.Object({
    include: Type.Optional(StatePatternsSchema),
    exclude: Type.Optional(StatePatternsSchema),
    lazy_members: Type.Optional(Type.Boolean()),
  }),
} as const

const ListSchema = Type.Object({
  ...roomConfig,
  range: Type.Optional(RangeSchema),
  filters: Type.Optional(Type.Object({ ...roomFilter, is_invited: Type.Optional(Type.Boolean()) })),
})

/** State that is there no more has no content. */
const StateStubSchema = Type.Object({ type: Type.String(), state_key: Type.String() })

const RoomResultSchema = Type.Object({
  ...roomResult,
  expanded_timeline: Type.Optional(Type.Boolean()),
  lists: Type.Optional(Type.Array(Type.String())),
  membership: Type.Optional(Type.String()),
  required_state: Type.Optional(Type.Array(Type.Union([ClientEventWithoutRoomIdSchema, StateStubSchema]))),
  stripped_state: Type.Optional(StrippedEventsSchema),
})

export const slidingSync = endpoint({
  operationId: 'slidingSync',
  method: 'POST',
  path: '/_matrix/client/v4/sync',
  authenticate: 'access-token',
  rateLimit: 'none',
  // A hundred lists and subscriptions with twenty parts of the state each.
  bodyLimit: 512 * 1024,
  body: Type.Object({
    conn_id: Type.Optional(ConnectionIdSchema),
    pos: Type.Optional(TokenSchema),
    timeout: Type.Optional(CountSchema),
    set_presence: Type.Optional(oneOf('offline', 'online', 'unavailable')),
    lists: Type.Optional(mapOf(ListSchema)),
    room_subscriptions: Type.Optional(mapBy(RoomIdSchema, Type.Object(roomConfig))),
    extensions: Type.Optional(ExtensionsSchema),
  }),
  response: Type.Object({
    pos: Type.String(),
    lists: Type.Optional(mapOf(Type.Object({ count: CountSchema }))),
    rooms: Type.Optional(mapBy(RoomIdSchema, RoomResultSchema)),
    extensions: Type.Optional(ExtensionResultsSchema),
  }),
})
