// Who is in a room, with names and avatars.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/joined_members

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { mapBy } from '../schemas/json.ts'

export const getJoinedMembersByRoom = endpoint({
  operationId: 'getJoinedMembersByRoom',
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/joined_members',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/joined_members'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomId: RoomIdSchema }),
  response: Type.Object({
    joined: Type.Optional(
      mapBy(
        UserIdSchema,
        Type.Object({ avatar_url: Type.Optional(Type.String()), display_name: Type.Optional(Type.String()) }),
      ),
    ),
  }),
})
