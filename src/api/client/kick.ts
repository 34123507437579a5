// Makes a user leave a room.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/kick

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const kick = endpoint({
  operationId: 'kick',
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/kick',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/kick'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema }),
  body: Type.Object({ reason: Type.Optional(Type.String()), user_id: UserIdSchema }),
  response: EmptyObjectSchema,
})
