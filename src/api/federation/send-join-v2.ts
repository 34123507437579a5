// Takes a completed join and answers with the room's state.
// spec: server-server-api, PUT /_matrix/federation/v2/send_join/{roomId}/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema, TimestampSchema } from '../schemas/json.ts'

export const sendJoinV2 = endpoint({
  operationId: 'sendJoinV2',
  method: 'PUT',
  path: '/_matrix/federation/v2/send_join/:roomId/:eventId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  query: Type.Object({ omit_members: Type.Optional(Type.Boolean()) }),
  body: Type.Object({
    content: Type.Object({ join_authorised_via_users_server: Type.Optional(Type.String()), membership: Type.String() }),
    origin: Type.String(),
    origin_server_ts: TimestampSchema,
    sender: Type.String(),
    state_key: Type.String(),
    type: Type.String(),
  }),
  response: Type.Object({
    auth_chain: Type.Array(JsonObjectSchema),
    event: Type.Optional(JsonObjectSchema),
    members_omitted: Type.Optional(Type.Boolean()),
    servers_in_room: Type.Optional(Type.Array(Type.String())),
    state: Type.Array(JsonObjectSchema),
  }),
})
