// Pages through the history of a room.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/messages

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventSchema } from '../schemas/client-event.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { DirectionSchema, LimitSchema, TokenSchema } from '../schemas/pagination.ts'

export const getRoomEvents = endpoint({
  operationId: 'getRoomEvents',
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/messages',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/messages'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({
    dir: DirectionSchema,
    filter: Type.Optional(Type.String()),
    from: Type.Optional(TokenSchema),
    limit: Type.Optional(LimitSchema),
    to: Type.Optional(TokenSchema),
  }),
  response: Type.Object({
    chunk: Type.Array(ClientEventSchema),
    end: Type.Optional(Type.String()),
    start: Type.String(),
    state: Type.Optional(Type.Array(ClientEventSchema)),
  }),
})
