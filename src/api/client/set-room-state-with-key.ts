// Sets one piece of a room's state.
// spec: client-server-api, PUT /_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DelaySchema } from '../schemas/delay.ts'
import { EventIdSchema, EventTypeSchema, RoomIdSchema, StateKeySchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema } from '../schemas/json.ts'

export const setRoomStateWithKey = endpoint({
  operationId: 'setRoomStateWithKey',
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/:roomId/state/:eventType/:stateKey',
  formerPaths: [
    '/_matrix/client/v3/rooms/:roomId/state/:eventType',
    '/_matrix/client/r0/rooms/:roomId/state/:eventType/:stateKey',
    '/_matrix/client/r0/rooms/:roomId/state/:eventType',
  ],
  authenticate: 'access-token',
  rateLimit: 'message',
  params: Type.Object({ roomId: RoomIdSchema, eventType: EventTypeSchema, stateKey: StateKeySchema }),
  query: DelaySchema,
  body: JsonObjectSchema,
  response: Type.Object({ event_id: EventIdSchema }),
})
