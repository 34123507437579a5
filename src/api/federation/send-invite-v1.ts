// Takes an invite for one of our users, in the form for room versions 1 and 2.
// spec: server-server-api, PUT /_matrix/federation/v1/invite/{roomId}/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { PduSchema } from '../schemas/federation-event.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'

export const sendInviteV1 = endpoint({
  operationId: 'sendInviteV1',
  method: 'PUT',
  path: '/_matrix/federation/v1/invite/:roomId/:eventId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  body: PduSchema,
  response: Type.Tuple([Type.Literal(200), Type.Object({ event: PduSchema })]),
})
