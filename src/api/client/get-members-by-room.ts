// The membership events of a room.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/members

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventSchema } from '../schemas/client-event.ts'
import { RoomIdSchema } from '../schemas/identifiers.ts'
import { oneOf } from '../schemas/json.ts'

export const getMembersByRoom = endpoint({
  operationId: 'getMembersByRoom',
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/members',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/members'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({
    at: Type.Optional(Type.String()),
    membership: Type.Optional(oneOf('join', 'invite', 'knock', 'leave', 'ban')),
    not_membership: Type.Optional(oneOf('join', 'invite', 'knock', 'leave', 'ban')),
  }),
  response: Type.Object({ chunk: Type.Optional(Type.Array(ClientEventSchema)) }),
})
