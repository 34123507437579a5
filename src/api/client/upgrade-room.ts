// Moves a room to another room version.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/upgrade

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'

export const upgradeRoom = endpoint({
  operationId: 'upgradeRoom',
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/upgrade',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/upgrade'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema }),
  body: Type.Object({ additional_creators: Type.Optional(Type.Array(UserIdSchema)), new_version: Type.String() }),
  response: Type.Object({ replacement_room: RoomIdSchema }),
})
