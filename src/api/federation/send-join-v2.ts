// Takes a completed join and answers with the room's state.
// spec: server-server-api, PUT /_matrix/federation/v2/send_join/{roomId}/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { PduSchema, PdusSchema } from '../schemas/federation-event.ts'
import { EventIdSchema, RoomIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema } from '../schemas/json.ts'

export const sendJoinV2 = endpoint({
  operationId: 'sendJoinV2',
  method: 'PUT',
  path: '/_matrix/federation/v2/send_join/:roomId/:eventId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  query: Type.Object({ omit_members: Type.Optional(Type.Boolean()) }),
  body: PduSchema,
  response: Type.Object({
    auth_chain: PdusSchema,
    event: Type.Optional(JsonObjectSchema),
    members_omitted: Type.Optional(Type.Boolean()),
    servers_in_room: Type.Optional(Type.Array(ServerNameSchema)),
    state: PdusSchema,
  }),
})
