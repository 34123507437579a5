// One piece of a room's state.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventSchema } from '../schemas/client-event.ts'
import { EventTypeSchema, RoomIdSchema, StateKeySchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema, oneOf } from '../schemas/json.ts'

export const getRoomStateWithKey = endpoint({
  operationId: 'getRoomStateWithKey',
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/state/:eventType/:stateKey',
  formerPaths: [
    '/_matrix/client/v3/rooms/:roomId/state/:eventType',
    '/_matrix/client/r0/rooms/:roomId/state/:eventType/:stateKey',
    '/_matrix/client/r0/rooms/:roomId/state/:eventType',
  ],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema, eventType: EventTypeSchema, stateKey: StateKeySchema }),
  query: Type.Object({ format: Type.Optional(oneOf('content', 'event')) }),
  response: Type.Union([JsonObjectSchema, ClientEventSchema]),
})
