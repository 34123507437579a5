// PDUs and EDUs from another server.
// spec: server-server-api, PUT /_matrix/federation/v1/send/{txnId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { PduSchema } from '../schemas/federation-event.ts'
import { EventIdSchema, ServerNameSchema, TransactionIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema, mapBy, TimestampSchema } from '../schemas/json.ts'

export const sendTransaction = endpoint({
  operationId: 'sendTransaction',
  method: 'PUT',
  path: '/_matrix/federation/v1/send/:txnId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ txnId: TransactionIdSchema }),
  body: Type.Object({
    // Looked at one by one: a bad EDU or PDU must not lose the others.
    edus: Type.Optional(Type.Array(JsonObjectSchema, { maxItems: 100 })),
    origin: ServerNameSchema,
    origin_server_ts: TimestampSchema,
    pdus: Type.Array(PduSchema, { maxItems: 50 }),
  }),
  // 50 PDUs of 65,536 bytes and 100 EDUs, as other servers send them, with room for escapes.
  bodyLimit: 32 * 1024 * 1024,
  response: Type.Object({ pdus: mapBy(EventIdSchema, Type.Object({ error: Type.Optional(Type.String()) })) }),
})
