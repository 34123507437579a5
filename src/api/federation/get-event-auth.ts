// The auth chain of an event.
// spec: server-server-api, GET /_matrix/federation/v1/event_auth/{roomId}/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema } from '../schemas/json.ts'

export const getEventAuth = endpoint({
  operationId: 'getEventAuth',
  method: 'GET',
  path: '/_matrix/federation/v1/event_auth/:roomId/:eventId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  response: Type.Object({ auth_chain: Type.Array(JsonObjectSchema) }),
})
