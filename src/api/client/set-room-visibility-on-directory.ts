// Publishes a room, or takes it back.
// spec: client-server-api, PUT /_matrix/client/v3/directory/list/room/{roomId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema, oneOf } from '../schemas/json.ts'

export const setRoomVisibilityOnDirectory = endpoint({
  operationId: 'setRoomVisibilityOnDirectory',
  method: 'PUT',
  path: '/_matrix/client/v3/directory/list/room/:roomId',
  formerPaths: ['/_matrix/client/r0/directory/list/room/:roomId'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema }),
  body: Type.Object({ visibility: Type.Optional(oneOf('private', 'public')) }),
  response: EmptyObjectSchema,
})
