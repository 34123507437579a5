// Leaves a room, declines an invite or withdraws a knock.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/leave

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const leaveRoom = endpoint({
  operationId: 'leaveRoom',
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/leave',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/leave'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema }),
  body: Type.Object({ reason: Type.Optional(Type.String()) }),
  emptyBody: true,
  response: EmptyObjectSchema,
})
