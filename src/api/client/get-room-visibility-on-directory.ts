// Whether a room is published.
// spec: client-server-api, GET /_matrix/client/v3/directory/list/room/{roomId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { oneOf } from '../schemas/json.ts'

export const getRoomVisibilityOnDirectory = endpoint({
  operationId: 'getRoomVisibilityOnDirectory',
  method: 'GET',
  path: '/_matrix/client/v3/directory/list/room/:roomId',
  formerPaths: ['/_matrix/client/r0/directory/list/room/:roomId'],
  authenticate: 'none',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema }),
  response: Type.Object({ visibility: Type.Optional(oneOf('private', 'public')) }),
})
