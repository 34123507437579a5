// The rooms that the user shares with another.
// spec: client-server-api, GET /_matrix/client/v1/mutual_rooms

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { CountSchema } from '../schemas/json.ts'
import { TokenSchema } from '../schemas/pagination.ts'

export const getMutualRooms = endpoint({
  operationId: 'getMutualRooms',
  method: 'GET',
  path: '/_matrix/client/v1/mutual_rooms',
  formerPaths: ['/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms'],
  authenticate: 'access-token',
  rateLimit: 'request',
  query: Type.Object({
    user_id: UserIdSchema,
    from: Type.Optional(TokenSchema),
    batch_token: Type.Optional(TokenSchema),
  }),
  response: Type.Object({
    joined: Type.Array(RoomIdSchema),
    count: CountSchema,
    next_batch: Type.Optional(Type.String()),
    next_batch_token: Type.Optional(Type.String()),
  }),
})
