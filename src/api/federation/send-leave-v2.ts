// Takes a completed leave.
// spec: server-server-api, PUT /_matrix/federation/v2/send_leave/{roomId}/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { PduSchema } from '../schemas/federation-event.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const sendLeaveV2 = endpoint({
  operationId: 'sendLeaveV2',
  method: 'PUT',
  path: '/_matrix/federation/v2/send_leave/:roomId/:eventId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  body: PduSchema,
  response: EmptyObjectSchema,
})
