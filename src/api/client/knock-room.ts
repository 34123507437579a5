// Asks to be let into a room.
// spec: client-server-api, POST /_matrix/client/v3/knock/{roomIdOrAlias}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdOrAliasSchema, RoomIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'

export const knockRoom = endpoint({
  operationId: 'knockRoom',
  method: 'POST',
  path: '/_matrix/client/v3/knock/:roomIdOrAlias',
  formerPaths: ['/_matrix/client/r0/knock/:roomIdOrAlias'],
  authenticate: 'access-token',
  rateLimit: 'join',
  params: Type.Object({ roomIdOrAlias: RoomIdOrAliasSchema }),
  query: Type.Object({
    // Before v1.12: the same as `via`.
    server_name: Type.Optional(Type.Array(ServerNameSchema)),
    via: Type.Optional(Type.Array(ServerNameSchema)),
  }),
  body: Type.Object({ reason: Type.Optional(Type.String()) }),
  emptyBody: true,
  response: Type.Object({ room_id: RoomIdSchema }),
})
