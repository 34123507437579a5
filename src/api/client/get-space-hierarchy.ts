// The rooms of a space.
// spec: client-server-api, GET /_matrix/client/v1/rooms/{roomId}/hierarchy

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'
import { CountSchema } from '../schemas/json.ts'
import { LimitSchema, TokenSchema } from '../schemas/pagination.ts'
import { SpaceRoomSchema } from '../schemas/public-rooms.ts'

export const getSpaceHierarchy = endpoint({
  operationId: 'getSpaceHierarchy',
  method: 'GET',
  path: '/_matrix/client/v1/rooms/:roomId/hierarchy',
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({
    from: Type.Optional(TokenSchema),
    limit: Type.Optional(LimitSchema),
    max_depth: Type.Optional(CountSchema),
    suggested_only: Type.Optional(Type.Boolean()),
    via: Type.Optional(Type.Array(ServerNameSchema)),
  }),
  response: Type.Object({ next_batch: Type.Optional(Type.String()), rooms: Type.Array(SpaceRoomSchema) }),
})
