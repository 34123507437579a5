// Drops a room that the user has left from the user's lists.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/forget

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const forgetRoom = endpoint({
  operationId: 'forgetRoom',
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/forget',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/forget'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema }),
  response: EmptyObjectSchema,
})
