// A room as it is now: its state and its newest messages. From before `/sync`; deprecated.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/initialSync

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { LimitSchema } from '../schemas/pagination.ts'
import { RoomInfoSchema } from '../schemas/room-info.ts'

export const roomInitialSync = endpoint({
  operationId: 'roomInitialSync',
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/initialSync',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/initialSync'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({ limit: Type.Optional(LimitSchema) }),
  response: RoomInfoSchema,
})
