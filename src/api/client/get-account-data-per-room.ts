// Private data of the user about a room.
// spec: client-server-api, GET /_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventTypeSchema, RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema } from '../schemas/json.ts'

export const getAccountDataPerRoom = endpoint({
  operationId: 'getAccountDataPerRoom',
  method: 'GET',
  path: '/_matrix/client/v3/user/:userId/rooms/:roomId/account_data/:type',
  formerPaths: ['/_matrix/client/r0/user/:userId/rooms/:roomId/account_data/:type'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema, roomId: RoomIdSchema, type: EventTypeSchema }),
  response: JsonObjectSchema,
})
