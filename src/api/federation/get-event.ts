// One event.
// spec: server-server-api, GET /_matrix/federation/v1/event/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema, TimestampSchema } from '../schemas/json.ts'

export const getEvent = endpoint({
  operationId: 'getEvent',
  method: 'GET',
  path: '/_matrix/federation/v1/event/:eventId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ eventId: EventIdSchema }),
  response: Type.Object({
    origin: ServerNameSchema,
    origin_server_ts: TimestampSchema,
    pdus: Type.Array(JsonObjectSchema),
  }),
})
