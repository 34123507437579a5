// Takes a completed knock.
// spec: server-server-api, PUT /_matrix/federation/v1/send_knock/{roomId}/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema, TimestampSchema } from '../schemas/json.ts'

export const sendKnock = endpoint({
  operationId: 'sendKnock',
  method: 'PUT',
  path: '/_matrix/federation/v1/send_knock/:roomId/:eventId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  body: Type.Object({
    content: Type.Object({ membership: Type.String() }),
    origin: Type.String(),
    origin_server_ts: TimestampSchema,
    sender: Type.String(),
    state_key: Type.String(),
    type: Type.String(),
  }),
  response: Type.Object({ knock_room_state: Type.Array(JsonObjectSchema) }),
})
