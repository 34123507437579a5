// The state of a room before an event, with its auth chain.
// spec: server-server-api, GET /_matrix/federation/v1/state/{roomId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema } from '../schemas/json.ts'

export const getRoomState = endpoint({
  operationId: 'getRoomState',
  method: 'GET',
  path: '/_matrix/federation/v1/state/:roomId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({ event_id: EventIdSchema }),
  response: Type.Object({ auth_chain: Type.Array(JsonObjectSchema), pdus: Type.Array(JsonObjectSchema) }),
})
