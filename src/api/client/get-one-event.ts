// One event, by its ID alone. Deprecated.
// spec: client-server-api, GET /_matrix/client/v3/events/{eventId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventSchema } from '../schemas/client-event.ts'
import { EventIdSchema } from '../schemas/identifiers.ts'

export const getOneEvent = endpoint({
  operationId: 'getOneEvent',
  method: 'GET',
  path: '/_matrix/client/v3/events/:eventId',
  formerPaths: ['/_matrix/client/r0/events/:eventId'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ eventId: EventIdSchema }),
  response: ClientEventSchema,
})
