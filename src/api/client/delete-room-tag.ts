// Takes a tag off a room.
// spec: client-server-api, DELETE /_matrix/client/v3/user/{userId}/rooms/{roomId}/tags/{tag}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema, RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const deleteRoomTag = endpoint({
  operationId: 'deleteRoomTag',
  method: 'DELETE',
  path: '/_matrix/client/v3/user/:userId/rooms/:roomId/tags/:tag',
  formerPaths: ['/_matrix/client/r0/user/:userId/rooms/:roomId/tags/:tag'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema, roomId: RoomIdSchema, tag: NameSchema }),
  response: EmptyObjectSchema,
})
