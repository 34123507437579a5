// Strips an event of its content.
// spec: client-server-api, PUT /_matrix/client/v3/rooms/{roomId}/redact/{eventId}/{txnId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema, TransactionIdSchema } from '../schemas/identifiers.ts'

export const redactEvent = endpoint({
  operationId: 'redactEvent',
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/:roomId/redact/:eventId/:txnId',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/redact/:eventId/:txnId'],
  authenticate: 'access-token',
  rateLimit: 'message',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema, txnId: TransactionIdSchema }),
  body: Type.Object({ reason: Type.Optional(Type.String()) }),
  response: Type.Object({ event_id: Type.Optional(EventIdSchema) }),
})
