// Events between those a server has and those it has been sent.
// spec: server-server-api, POST /_matrix/federation/v1/get_missing_events/{roomId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, JsonObjectSchema } from '../schemas/json.ts'

export const getMissingPreviousEvents = endpoint({
  operationId: 'getMissingPreviousEvents',
  method: 'POST',
  path: '/_matrix/federation/v1/get_missing_events/:roomId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema }),
  body: Type.Object({
    earliest_events: Type.Array(Type.String()),
    latest_events: Type.Array(Type.String()),
    limit: Type.Optional(CountSchema),
    min_depth: Type.Optional(CountSchema),
  }),
  emptyBody: true,
  response: Type.Object({ events: Type.Array(JsonObjectSchema) }),
})
