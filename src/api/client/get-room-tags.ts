// The user's tags on a room.
// spec: client-server-api, GET /_matrix/client/v3/user/{userId}/rooms/{roomId}/tags

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { mapOf } from '../schemas/json.ts'

export const getRoomTags = endpoint({
  operationId: 'getRoomTags',
  method: 'GET',
  path: '/_matrix/client/v3/user/:userId/rooms/:roomId/tags',
  formerPaths: ['/_matrix/client/r0/user/:userId/rooms/:roomId/tags'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema, roomId: RoomIdSchema }),
  response: Type.Object({ tags: Type.Optional(mapOf(Type.Object({ order: Type.Optional(Type.Number()) }))) }),
})
