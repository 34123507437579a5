// Events between those a server has and those it has been sent.
// spec: server-server-api, POST /_matrix/federation/v1/get_missing_events/{roomId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { PdusSchema } from '../schemas/federation-event.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { CountSchema } from '../schemas/json.ts'

export const getMissingPreviousEvents = endpoint({
  operationId: 'getMissingPreviousEvents',
  method: 'POST',
  path: '/_matrix/federation/v1/get_missing_events/:roomId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema }),
  body: Type.Object({
    earliest_events: Type.Array(EventIdSchema),
    latest_events: Type.Array(EventIdSchema),
    limit: Type.Optional(CountSchema),
    min_depth: Type.Optional(CountSchema),
  }),
  response: Type.Object({ events: PdusSchema }),
})
