// Sends a message event to a room.
// spec: client-server-api, PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DelaySchema } from '../schemas/delay.ts'
import { EventIdSchema, EventTypeSchema, RoomIdSchema, TransactionIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema } from '../schemas/json.ts'

export const sendMessage = endpoint({
  operationId: 'sendMessage',
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/:roomId/send/:eventType/:txnId',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/send/:eventType/:txnId'],
  authenticate: 'access-token',
  rateLimit: 'message',
  params: Type.Object({ roomId: RoomIdSchema, eventType: EventTypeSchema, txnId: TransactionIdSchema }),
  query: DelaySchema,
  body: JsonObjectSchema,
  response: Type.Object({ event_id: EventIdSchema }),
})
