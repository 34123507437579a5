// The event of a room nearest to a point in time, as this server knows it.
// spec: server-server-api, GET /_matrix/federation/v1/timestamp_to_event/{roomId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { TimestampSchema } from '../schemas/json.ts'
import { DirectionSchema } from '../schemas/pagination.ts'

export const getEventByTimestamp = endpoint({
  operationId: 'getEventByTimestamp',
  method: 'GET',
  path: '/_matrix/federation/v1/timestamp_to_event/:roomId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({ dir: DirectionSchema, ts: TimestampSchema }),
  response: Type.Object({ event_id: EventIdSchema, origin_server_ts: TimestampSchema }),
})
