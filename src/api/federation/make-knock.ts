// A knock event for another server's user to complete.
// spec: server-server-api, GET /_matrix/federation/v1/make_knock/{roomId}/{userId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { PduSchema } from '../schemas/federation-event.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'

export const makeKnock = endpoint({
  operationId: 'makeKnock',
  method: 'GET',
  path: '/_matrix/federation/v1/make_knock/:roomId/:userId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, userId: UserIdSchema }),
  query: Type.Object({ ver: Type.Array(Type.String()) }),
  response: Type.Object({ event: PduSchema, room_version: Type.String() }),
})
