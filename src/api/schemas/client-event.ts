// Events in the form that clients get.
// spec: client-server-api #room-event-format, #stripped-state

import { Type } from 'typebox'
import { EventIdSchema, RoomIdSchema, UserIdSchema } from './identifiers.ts'
import { JsonObjectSchema, TimestampSchema } from './json.ts'

const UnsignedSchema = Type.Object({
  age: Type.Optional(Type.Integer()),
  membership: Type.Optional(Type.String()),
  prev_content: Type.Optional(JsonObjectSchema),
  redacted_because: Type.Optional(JsonObjectSchema),
  replaces_state: Type.Optional(EventIdSchema),
  transaction_id: Type.Optional(Type.String()),
})

/** As in `/sync`, where the room is told by the place in the answer. */
export const ClientEventWithoutRoomIdSchema = Type.Object({
  content: JsonObjectSchema,
  event_id: EventIdSchema,
  origin_server_ts: TimestampSchema,
  sender: UserIdSchema,
  state_key: Type.Optional(Type.String()),
  type: Type.String(),
  unsigned: Type.Optional(UnsignedSchema),
})

export const ClientEventSchema = Type.Object({
  ...ClientEventWithoutRoomIdSchema.properties,
  room_id: RoomIdSchema,
})

/** What an invited or knocking user is told of a room before joining. */
export const StrippedStateSchema = Type.Object({
  content: JsonObjectSchema,
  sender: UserIdSchema,
  state_key: Type.String(),
  type: Type.String(),
})

/** Account data, typing, receipts, presence, to-device messages: a type and a content. */
export const EventSchema = Type.Object({ content: JsonObjectSchema, type: Type.String() })

/** A member of `/sync` that lists such events. */
export const EventBatchSchema = Type.Object({ events: Type.Optional(Type.Array(EventSchema)) })
