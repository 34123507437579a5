// Stores private data of the user about a room.
// spec: client-server-api, PUT /_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventTypeSchema, RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema, JsonObjectSchema } from '../schemas/json.ts'

export const setAccountDataPerRoom = endpoint({
  operationId: 'setAccountDataPerRoom',
  method: 'PUT',
  path: '/_matrix/client/v3/user/:userId/rooms/:roomId/account_data/:type',
  formerPaths: ['/_matrix/client/r0/user/:userId/rooms/:roomId/account_data/:type'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema, roomId: RoomIdSchema, type: EventTypeSchema }),
  body: JsonObjectSchema,
  response: EmptyObjectSchema,
})
