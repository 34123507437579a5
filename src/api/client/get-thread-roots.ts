// The threads of a room.
// spec: client-server-api, GET /_matrix/client/v1/rooms/{roomId}/threads

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventSchema } from '../schemas/client-event.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { oneOf } from '../schemas/json.ts'
import { LimitSchema, TokenSchema } from '../schemas/pagination.ts'

export const getThreadRoots = endpoint({
  operationId: 'getThreadRoots',
  method: 'GET',
  path: '/_matrix/client/v1/rooms/:roomId/threads',
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({
    from: Type.Optional(TokenSchema),
    include: Type.Optional(oneOf('all', 'participated')),
    limit: Type.Optional(LimitSchema),
  }),
  response: Type.Object({ chunk: Type.Array(ClientEventSchema), next_batch: Type.Optional(Type.String()) }),
})
