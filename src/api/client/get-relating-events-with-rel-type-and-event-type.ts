// Events of one type that relate to an event in one way.
// spec: client-server-api, GET /_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}/{eventType}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventSchema } from '../schemas/client-event.ts'
import { EventIdSchema, EventTypeSchema, NameSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { CountSchema } from '../schemas/json.ts'
import { DirectionSchema, LimitSchema, TokenSchema } from '../schemas/pagination.ts'

export const getRelatingEventsWithRelTypeAndEventType = endpoint({
  operationId: 'getRelatingEventsWithRelTypeAndEventType',
  method: 'GET',
  path: '/_matrix/client/v1/rooms/:roomId/relations/:eventId/:relType/:eventType',
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({
    roomId: RoomIdSchema,
    eventId: EventIdSchema,
    relType: NameSchema,
    eventType: EventTypeSchema,
  }),
  query: Type.Object({
    dir: Type.Optional(DirectionSchema),
    from: Type.Optional(TokenSchema),
    limit: Type.Optional(LimitSchema),
    recurse: Type.Optional(Type.Boolean()),
    to: Type.Optional(TokenSchema),
  }),
  response: Type.Object({
    chunk: Type.Array(ClientEventSchema),
    next_batch: Type.Optional(Type.String()),
    prev_batch: Type.Optional(Type.String()),
    recursion_depth: Type.Optional(CountSchema),
  }),
})
