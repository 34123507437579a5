// A knock event for another server's user to complete.
// spec: server-server-api, GET /_matrix/federation/v1/make_knock/{roomId}/{userId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { TimestampSchema } from '../schemas/json.ts'

export const makeKnock = endpoint({
  operationId: 'makeKnock',
  method: 'GET',
  path: '/_matrix/federation/v1/make_knock/:roomId/:userId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema, userId: UserIdSchema }),
  query: Type.Object({ ver: Type.Array(Type.String()) }),
  response: Type.Object({
    event: Type.Object({
      content: Type.Object({ membership: Type.String() }),
      origin: Type.String(),
      origin_server_ts: TimestampSchema,
      sender: Type.String(),
      state_key: Type.String(),
      type: Type.String(),
    }),
    room_version: Type.String(),
  }),
})
