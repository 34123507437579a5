// A leave event for another server's user to complete.
// spec: server-server-api, GET /_matrix/federation/v1/make_leave/{roomId}/{userId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { PduSchema } from '../schemas/federation-event.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'

export const makeLeave = endpoint({
  operationId: 'makeLeave',
  method: 'GET',
  path: '/_matrix/federation/v1/make_leave/:roomId/:userId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, userId: UserIdSchema }),
  response: Type.Object({ event: PduSchema, room_version: Type.Optional(Type.String()) }),
})
