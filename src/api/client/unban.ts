// Lifts a ban.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/unban

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const unban = endpoint({
  operationId: 'unban',
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/unban',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/unban'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema }),
  body: Type.Object({ reason: Type.Optional(Type.String()), user_id: UserIdSchema }),
  response: EmptyObjectSchema,
})
