// The rooms that the user is in.
// spec: client-server-api, GET /_matrix/client/v3/joined_rooms

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'

export const getJoinedRooms = endpoint({
  operationId: 'getJoinedRooms',
  method: 'GET',
  path: '/_matrix/client/v3/joined_rooms',
  formerPaths: ['/_matrix/client/r0/joined_rooms'],
  authenticate: 'access-token',
  rateLimit: 'none',
  response: Type.Object({ joined_rooms: Type.Array(RoomIdSchema) }),
})
