// Bans a user from a room.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/ban

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const ban = endpoint({
  operationId: 'ban',
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/ban',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/ban'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema }),
  body: Type.Object({ reason: Type.Optional(Type.String()), user_id: UserIdSchema }),
  response: EmptyObjectSchema,
})
