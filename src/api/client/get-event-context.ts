// What was said before and after an event.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/context/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventSchema } from '../schemas/client-event.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { LimitSchema } from '../schemas/pagination.ts'

export const getEventContext = endpoint({
  operationId: 'getEventContext',
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/context/:eventId',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/context/:eventId'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  query: Type.Object({ filter: Type.Optional(Type.String()), limit: Type.Optional(LimitSchema) }),
  response: Type.Object({
    end: Type.Optional(Type.String()),
    event: Type.Optional(ClientEventSchema),
    events_after: Type.Optional(Type.Array(ClientEventSchema)),
    events_before: Type.Optional(Type.Array(ClientEventSchema)),
    start: Type.Optional(Type.String()),
    state: Type.Optional(Type.Array(ClientEventSchema)),
  }),
})
