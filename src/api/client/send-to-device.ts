// Sends messages to devices, outside any room.
// spec: client-server-api, PUT /_matrix/client/v3/sendToDevice/{eventType}/{txnId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventTypeSchema, TransactionIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema, JsonObjectSchema, mapBy, mapOf } from '../schemas/json.ts'

export const sendToDevice = endpoint({
  operationId: 'sendToDevice',
  method: 'PUT',
  path: '/_matrix/client/v3/sendToDevice/:eventType/:txnId',
  formerPaths: ['/_matrix/client/r0/sendToDevice/:eventType/:txnId'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ eventType: EventTypeSchema, txnId: TransactionIdSchema }),
  body: Type.Object({ messages: mapBy(UserIdSchema, mapOf(JsonObjectSchema)) }),
  // One message for each of a user's, or a room's, devices: some hundred of about 4 KiB.
  bodyLimit: 4 * 1024 * 1024,
  response: EmptyObjectSchema,
})
