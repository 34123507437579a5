// Takes a completed leave.
// spec: server-server-api, PUT /_matrix/federation/v2/send_leave/{roomId}/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, EmptyObjectSchema, TimestampSchema } from '../schemas/json.ts'

export const sendLeaveV2 = endpoint({
  operationId: 'sendLeaveV2',
  method: 'PUT',
  path: '/_matrix/federation/v2/send_leave/:roomId/:eventId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  body: Type.Object({
    content: Type.Object({ membership: Type.String() }),
    depth: CountSchema,
    origin: Type.String(),
    origin_server_ts: TimestampSchema,
    sender: Type.String(),
    state_key: Type.String(),
    type: Type.String(),
  }),
  response: EmptyObjectSchema,
})
