// Joins a room by its ID or alias.
// spec: client-server-api, POST /_matrix/client/v3/join/{roomIdOrAlias}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdOrAliasSchema, RoomIdSchema, ServerNameSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { mapOf } from '../schemas/json.ts'

export const joinRoom = endpoint({
  operationId: 'joinRoom',
  method: 'POST',
  path: '/_matrix/client/v3/join/:roomIdOrAlias',
  formerPaths: ['/_matrix/client/r0/join/:roomIdOrAlias'],
  authenticate: 'access-token',
  rateLimit: 'join',
  params: Type.Object({ roomIdOrAlias: RoomIdOrAliasSchema }),
  query: Type.Object({
    // Before v1.12: the same as `via`.
    server_name: Type.Optional(Type.Array(ServerNameSchema)),
    via: Type.Optional(Type.Array(ServerNameSchema)),
  }),
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
