// Events of a room before the given ones.
// spec: server-server-api, GET /_matrix/federation/v1/backfill/{roomId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema, TimestampSchema } from '../schemas/json.ts'
import { LimitSchema } from '../schemas/pagination.ts'

export const backfillRoom = endpoint({
  operationId: 'backfillRoom',
  method: 'GET',
  path: '/_matrix/federation/v1/backfill/:roomId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({ limit: LimitSchema, v: Type.Array(EventIdSchema) }),
  response: Type.Object({
    origin: ServerNameSchema,
    origin_server_ts: TimestampSchema,
    pdus: Type.Array(JsonObjectSchema),
  }),
})
