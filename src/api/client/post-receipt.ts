// Says how far the user has read, or has been shown.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/receipt/{receiptType}/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema, oneOf } from '../schemas/json.ts'

export const postReceipt = endpoint({
  operationId: 'postReceipt',
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/receipt/:receiptType/:eventId',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/receipt/:receiptType/:eventId'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({
    roomId: RoomIdSchema,
    receiptType: oneOf('m.read', 'm.read.private', 'm.fully_read'),
    eventId: EventIdSchema,
  }),
  body: Type.Object({ thread_id: Type.Optional(Type.String()) }),
  emptyBody: true,
  response: EmptyObjectSchema,
})
