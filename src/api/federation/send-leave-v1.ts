// Takes a completed leave, in the form of old servers.
// spec: server-server-api v1.1, PUT /_matrix/federation/v1/send_leave/{roomId}/{eventId} (no longer in later versions; old servers call it)

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { PduSchema } from '../schemas/federation-event.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const sendLeaveV1 = endpoint({
  operationId: 'sendLeaveV1',
  method: 'PUT',
  path: '/_matrix/federation/v1/send_leave/:roomId/:eventId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  body: PduSchema,
  response: Type.Tuple([Type.Literal(200), EmptyObjectSchema]),
})
