// What may be told of a room without joining it.
// spec: client-server-api, GET /_matrix/client/v1/room_summary/{roomIdOrAlias}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdOrAliasSchema, ServerNameSchema } from '../schemas/identifiers.ts'
import { oneOf } from '../schemas/json.ts'
import { RoomSummarySchema } from '../schemas/public-rooms.ts'

export const getRoomSummary = endpoint({
  operationId: 'getRoomSummary',
  method: 'GET',
  path: '/_matrix/client/v1/room_summary/:roomIdOrAlias',
  formerPaths: [
    '/_matrix/client/unstable/im.nheko.summary/summary/:roomIdOrAlias',
    '/_matrix/client/unstable/im.nheko.summary/rooms/:roomIdOrAlias/summary',
  ],
  authenticate: 'access-token?',
  rateLimit: 'request',
  params: Type.Object({ roomIdOrAlias: RoomIdOrAliasSchema }),
  query: Type.Object({ via: Type.Optional(Type.Array(ServerNameSchema)) }),
  response: Type.Object({
    ...RoomSummarySchema.properties,
    membership: Type.Optional(oneOf('invite', 'join', 'knock', 'leave', 'ban')),
  }),
})
