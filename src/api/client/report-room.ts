// Reports a room to the administrators.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/report

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const reportRoom = endpoint({
  operationId: 'reportRoom',
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/report',
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema }),
  body: Type.Object({ reason: Type.String() }),
  emptyBody: true,
  response: EmptyObjectSchema,
})
