// Joins a room that is known by its ID.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/join

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { mapOf } from '../schemas/json.ts'

export const joinRoomById = endpoint({
  operationId: 'joinRoomById',
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/join',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/join'],
  authenticate: 'access-token',
  rateLimit: 'join',
  params: Type.Object({ roomId: RoomIdSchema }),
  body: Type.Object({
    reason: Type.Optional(Type.String()),
    third_party_signed: Type.Optional(
      Type.Object({
        mxid: UserIdSchema,
        sender: UserIdSchema,
        signatures: mapOf(mapOf(Type.String())),
        token: Type.String(),
      }),
    ),
  }),
  emptyBody: true,
  response: Type.Object({ room_id: RoomIdSchema }),
})
