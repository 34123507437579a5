// The rooms of a space, one level deep.
// spec: server-server-api, GET /_matrix/federation/v1/hierarchy/{roomId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { RoomSummarySchema, SpaceRoomSchema } from '../schemas/public-rooms.ts'

export const getSpaceHierarchy = endpoint({
  operationId: 'getSpaceHierarchy',
  method: 'GET',
  path: '/_matrix/federation/v1/hierarchy/:roomId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({ suggested_only: Type.Optional(Type.Boolean()) }),
  response: Type.Object({
    children: Type.Array(RoomSummarySchema),
    inaccessible_children: Type.Array(RoomIdSchema),
    room: SpaceRoomSchema,
  }),
})
