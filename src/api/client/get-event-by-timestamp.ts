// The event of a room nearest to a point in time.
// spec: client-server-api, GET /_matrix/client/v1/rooms/{roomId}/timestamp_to_event

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { TimestampSchema } from '../schemas/json.ts'
import { DirectionSchema } from '../schemas/pagination.ts'

export const getEventByTimestamp = endpoint({
  operationId: 'getEventByTimestamp',
  method: 'GET',
  path: '/_matrix/client/v1/rooms/:roomId/timestamp_to_event',
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({ dir: DirectionSchema, ts: TimestampSchema }),
  response: Type.Object({ event_id: EventIdSchema, origin_server_ts: TimestampSchema }),
})
