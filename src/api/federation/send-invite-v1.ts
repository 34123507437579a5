// Takes an invite for one of our users, in the form for room versions 1 and 2.
// spec: server-server-api, PUT /_matrix/federation/v1/invite/{roomId}/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema, TimestampSchema } from '../schemas/json.ts'

export const sendInviteV1 = endpoint({
  operationId: 'sendInviteV1',
  method: 'PUT',
  path: '/_matrix/federation/v1/invite/:roomId/:eventId',
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
    unsigned: Type.Optional(Type.Object({ invite_room_state: Type.Optional(Type.Array(JsonObjectSchema)) })),
  }),
  response: Type.Array(
    Type.Union([
      Type.Integer(),
      Type.Object({
        event: Type.Object({
          content: Type.Object({ membership: Type.String() }),
          origin: Type.String(),
          origin_server_ts: TimestampSchema,
          sender: Type.String(),
          state_key: Type.String(),
          type: Type.String(),
        }),
      }),
    ]),
  ),
})
