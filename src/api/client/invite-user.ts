// Invites a user to a room. (The same path also takes an invite by address, `inviteBy3PID`, which we do not offer.)
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/invite

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const inviteUser = endpoint({
  operationId: 'inviteUser',
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/invite',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/invite'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema }),
  body: Type.Object({ reason: Type.Optional(Type.String()), user_id: UserIdSchema }),
  response: EmptyObjectSchema,
})
