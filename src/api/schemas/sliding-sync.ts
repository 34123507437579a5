// What both shapes of sliding sync have in common: the one that was accepted and the one that was deployed before it.
// spec: proposals/4186 (API); proposals/4508 (common extension semantics)

import { Type } from 'typebox'
import { ClientEventWithoutRoomIdSchema, EventSchema, StrippedStateSchema } from './client-event.ts'
import { RoomIdSchema, UserIdSchema } from './identifiers.ts'
import { CountSchema, JsonObjectSchema, mapBy, mapOf, nullable } from './json.ts'

/** Names of lists, tags, types: nothing of them is longer. */
const NameSchema = Type.String({ maxLength: 255 })
const NamesSchema = Type.Array(NameSchema, { maxItems: 200 })

export const ConnectionIdSchema = NameSchema

/** First and last place, both included. */
export const RangeSchema = Type.Tuple([CountSchema, CountSchema])

/** What the filters of both shapes know. */
export const roomFilter = {
  is_dm: Type.Optional(Type.Boolean()),
  is_encrypted: Type.Optional(Type.Boolean()),
  spaces: Type.Optional(NamesSchema),
  room_types: Type.Optional(Type.Array(nullable(NameSchema), { maxItems: 200 })),
  not_room_types: Type.Optional(Type.Array(nullable(NameSchema), { maxItems: 200 })),
  tags: Type.Optional(NamesSchema),
  not_tags: Type.Optional(NamesSchema),
} as const

const RoomExtensionSchema = Type.Object({
  enabled: Type.Optional(Type.Boolean()),
  lists: Type.Optional(Type.Array(NameSchema, { maxItems: 200 })),
  rooms: Type.Optional(Type.Array(Type.String({ maxLength: 255 }), { maxItems: 200 })),
})

/** Others are passed over: newer clients may ask for what is not known here. */
export const ExtensionsSchema = Type.Object({
  to_device: Type.Optional(
    Type.Object({
      enabled: Type.Optional(Type.Boolean()),
      limit: Type.Optional(CountSchema),
      since: Type.Optional(Type.String({ maxLength: 255 })),
    }),
  ),
  e2ee: Type.Optional(Type.Object({ enabled: Type.Optional(Type.Boolean()) })),
  account_data: Type.Optional(RoomExtensionSchema),
  receipts: Type.Optional(RoomExtensionSchema),
  typing: Type.Optional(RoomExtensionSchema),
  'org.matrix.msc4508.typing': Type.Optional(RoomExtensionSchema),
})

const HeroSchema = Type.Object({
  user_id: UserIdSchema,
  displayname: Type.Optional(Type.String()),
  avatar_url: Type.Optional(Type.String()),
})

/** What the results of both shapes tell of a room. */
export const roomResult = {
  name: Type.Optional(nullable(Type.String())),
  avatar: Type.Optional(nullable(Type.String())),
  heroes: Type.Optional(Type.Array(HeroSchema)),
  is_dm: Type.Optional(Type.Boolean()),
  initial: Type.Optional(Type.Boolean()),
  bump_stamp: Type.Optional(CountSchema),
  joined_count: Type.Optional(CountSchema),
  invited_count: Type.Optional(CountSchema),
  timeline: Type.Optional(Type.Array(ClientEventWithoutRoomIdSchema)),
  prev_batch: Type.Optional(Type.String()),
  limited: Type.Optional(Type.Boolean()),
  num_live: Type.Optional(CountSchema),
} as const

export const StrippedEventsSchema = Type.Array(StrippedStateSchema)

const TypingSchema = Type.Object({ rooms: Type.Optional(mapBy(RoomIdSchema, EventSchema)) })

export const ExtensionResultsSchema = Type.Object({
  to_device: Type.Optional(Type.Object({ next_batch: Type.String(), events: Type.Array(JsonObjectSchema) })),
  e2ee: Type.Optional(
    Type.Object({
      device_lists: Type.Optional(
        Type.Object({
          changed: Type.Optional(Type.Array(UserIdSchema)),
          left: Type.Optional(Type.Array(UserIdSchema)),
        }),
      ),
      device_one_time_keys_count: Type.Optional(mapOf(CountSchema)),
      device_unused_fallback_key_types: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  account_data: Type.Optional(
    Type.Object({
      global: Type.Optional(Type.Array(EventSchema)),
      rooms: Type.Optional(mapBy(RoomIdSchema, Type.Array(EventSchema))),
    }),
  ),
  receipts: Type.Optional(Type.Object({ rooms: Type.Optional(mapBy(RoomIdSchema, EventSchema)) })),
  typing: Type.Optional(TypingSchema),
  'org.matrix.msc4508.typing': Type.Optional(TypingSchema),
})
