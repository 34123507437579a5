// Takes a completed join, in the form of old servers.
// spec: server-server-api v1.1, PUT /_matrix/federation/v1/send_join/{roomId}/{eventId} (no longer in later versions; old servers call it)

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { PduSchema, PdusSchema } from '../schemas/federation-event.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'

export const sendJoinV1 = endpoint({
  operationId: 'sendJoinV1',
  method: 'PUT',
  path: '/_matrix/federation/v1/send_join/:roomId/:eventId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  body: PduSchema,
  response: Type.Tuple([
    Type.Literal(200),
    Type.Object({ auth_chain: PdusSchema, event: Type.Optional(PduSchema), state: PdusSchema }),
  ]),
})
