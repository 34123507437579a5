// A leave event for another server's user to complete.
// spec: server-server-api, GET /_matrix/federation/v1/make_leave/{roomId}/{userId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { TimestampSchema } from '../schemas/json.ts'

export const makeLeave = endpoint({
  operationId: 'makeLeave',
  method: 'GET',
  path: '/_matrix/federation/v1/make_leave/:roomId/:userId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, userId: UserIdSchema }),
  response: Type.Object({
    event: Type.Optional(
      Type.Object({
        content: Type.Object({ membership: Type.String() }),
        origin: Type.String(),
        origin_server_ts: TimestampSchema,
        sender: Type.String(),
        state_key: Type.String(),
        type: Type.String(),
      }),
    ),
    room_version: Type.Optional(Type.String()),
  }),
})
