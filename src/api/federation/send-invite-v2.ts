// Takes an invite for one of our users and signs it.
// spec: server-server-api, PUT /_matrix/federation/v2/invite/{roomId}/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema, TimestampSchema } from '../schemas/json.ts'

export const sendInviteV2 = endpoint({
  operationId: 'sendInviteV2',
  method: 'PUT',
  path: '/_matrix/federation/v2/invite/:roomId/:eventId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  body: Type.Object({
    event: Type.Object({
      content: Type.Object({ membership: Type.String() }),
      origin: Type.String(),
      origin_server_ts: TimestampSchema,
      sender: Type.String(),
      state_key: Type.String(),
      type: Type.String(),
    }),
    invite_room_state: Type.Optional(Type.Array(JsonObjectSchema)),
    room_version: Type.String(),
  }),
  response: Type.Object({
    event: Type.Object({
      content: Type.Object({ membership: Type.String() }),
      origin: Type.String(),
      origin_server_ts: TimestampSchema,
      sender: Type.String(),
      state_key: Type.String(),
      type: Type.String(),
    }),
  }),
})
