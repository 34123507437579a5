// All state of a room.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/state

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventSchema } from '../schemas/client-event.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'

export const getRoomState = endpoint({
  operationId: 'getRoomState',
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/state',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/state'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema }),
  response: Type.Array(ClientEventSchema),
})
