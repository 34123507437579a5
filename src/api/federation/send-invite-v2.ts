// Takes an invite for one of our users and signs it.
// spec: server-server-api, PUT /_matrix/federation/v2/invite/{roomId}/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { PduSchema } from '../schemas/federation-event.ts'
import { EventIdSchema, NameSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema } from '../schemas/json.ts'

export const sendInviteV2 = endpoint({
  operationId: 'sendInviteV2',
  method: 'PUT',
  path: '/_matrix/federation/v2/invite/:roomId/:eventId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  body: Type.Object({
    event: PduSchema,
    invite_room_state: Type.Optional(Type.Array(JsonObjectSchema)),
    room_version: NameSchema,
  }),
  response: Type.Object({ event: PduSchema }),
})
