// One piece of a room's state.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, EventTypeSchema, RoomIdSchema, StateKeySchema, UserIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema, oneOf, TimestampSchema } from '../schemas/json.ts'

export const getRoomStateWithKey = endpoint({
  operationId: 'getRoomStateWithKey',
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/state/:eventType/:stateKey',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/state/:eventType/:stateKey'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema, eventType: EventTypeSchema, stateKey: StateKeySchema }),
  query: Type.Object({ format: Type.Optional(oneOf('content', 'event')) }),
  response: Type.Union([
    JsonObjectSchema,
    Type.Object({
      content: JsonObjectSchema,
      event_id: EventIdSchema,
      origin_server_ts: TimestampSchema,
      room_id: RoomIdSchema,
      sender: UserIdSchema,
      state_key: Type.String(),
      type: Type.String(),
      unsigned: Type.Optional(Type.Object({ age: Type.Optional(Type.Integer()) })),
    }),
  ]),
})
