// PDUs and EDUs from another server.
// spec: server-server-api, PUT /_matrix/federation/v1/send/{txnId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EduSchema } from '../schemas/federation-event.ts'
import { EventIdSchema, TransactionIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema, mapBy, TimestampSchema } from '../schemas/json.ts'

export const sendTransaction = endpoint({
  operationId: 'sendTransaction',
  method: 'PUT',
  path: '/_matrix/federation/v1/send/:txnId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ txnId: TransactionIdSchema }),
  body: Type.Object({
    edus: Type.Optional(Type.Array(EduSchema)),
    origin: Type.String(),
    origin_server_ts: TimestampSchema,
    pdus: Type.Array(JsonObjectSchema),
  }),
  response: Type.Object({ pdus: mapBy(EventIdSchema, Type.Object({ error: Type.Optional(Type.String()) })) }),
})
