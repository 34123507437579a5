// New events as one list; with `room_id` of one room, which may be one that the user only looks into. From before `/sync`; deprecated.
// spec: client-server-api, GET /_matrix/client/v3/events (getEvents and peekEvents)

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventSchema } from '../schemas/client-event.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { CountSchema } from '../schemas/json.ts'
import { TokenSchema } from '../schemas/pagination.ts'

export const getEvents = endpoint({
  operationId: 'getEvents',
  method: 'GET',
  path: '/_matrix/client/v3/events',
  formerPaths: ['/_matrix/client/r0/events'],
  authenticate: 'access-token',
  rateLimit: 'none',
  query: Type.Object({
    from: Type.Optional(TokenSchema),
    room_id: Type.Optional(RoomIdSchema),
    timeout: Type.Optional(CountSchema),
  }),
  response: Type.Object({ chunk: Type.Array(EventSchema), end: Type.String(), start: Type.String() }),
})
