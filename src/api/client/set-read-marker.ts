// Moves the user's read marker and receipts in one go.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/read_markers

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const setReadMarker = endpoint({
  operationId: 'setReadMarker',
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/read_markers',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/read_markers'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema }),
  body: Type.Object({
    'm.fully_read': Type.Optional(EventIdSchema),
    'm.read': Type.Optional(EventIdSchema),
    'm.read.private': Type.Optional(EventIdSchema),
  }),
  response: EmptyObjectSchema,
})
