// Reports an event to the administrators.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/report/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const reportEvent = endpoint({
  operationId: 'reportEvent',
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/report/:eventId',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/report/:eventId'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  body: Type.Object({ reason: Type.Optional(Type.String()) }),
  emptyBody: true,
  response: EmptyObjectSchema,
})
