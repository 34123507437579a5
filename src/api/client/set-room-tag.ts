// Tags a room.
// spec: client-server-api, PUT /_matrix/client/v3/user/{userId}/rooms/{roomId}/tags/{tag}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema, RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const setRoomTag = endpoint({
  operationId: 'setRoomTag',
  method: 'PUT',
  path: '/_matrix/client/v3/user/:userId/rooms/:roomId/tags/:tag',
  formerPaths: ['/_matrix/client/r0/user/:userId/rooms/:roomId/tags/:tag'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema, roomId: RoomIdSchema, tag: NameSchema }),
  body: Type.Object({ order: Type.Optional(Type.Number()) }),
  response: EmptyObjectSchema,
})
