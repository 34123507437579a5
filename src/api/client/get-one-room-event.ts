// One event of a room.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/event/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventSchema } from '../schemas/client-event.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'

export const getOneRoomEvent = endpoint({
  operationId: 'getOneRoomEvent',
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/event/:eventId',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/event/:eventId'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema, eventId: EventIdSchema }),
  response: ClientEventSchema,
})
