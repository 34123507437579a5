// Says that the user is typing, or is not.
// spec: client-server-api, PUT /_matrix/client/v3/rooms/{roomId}/typing/{userId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, EmptyObjectSchema } from '../schemas/json.ts'

export const setTyping = endpoint({
  operationId: 'setTyping',
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/:roomId/typing/:userId',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/typing/:userId'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema, userId: UserIdSchema }),
  body: Type.Object({ timeout: Type.Optional(CountSchema), typing: Type.Boolean() }),
  response: EmptyObjectSchema,
})
