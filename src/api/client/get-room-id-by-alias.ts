// The room behind an alias.
// spec: client-server-api, GET /_matrix/client/v3/directory/room/{roomAlias}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomAliasSchema, RoomIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'

export const getRoomIdByAlias = endpoint({
  operationId: 'getRoomIdByAlias',
  method: 'GET',
  path: '/_matrix/client/v3/directory/room/:roomAlias',
  formerPaths: ['/_matrix/client/r0/directory/room/:roomAlias'],
  authenticate: 'none',
  rateLimit: 'none',
  params: Type.Object({ roomAlias: RoomAliasSchema }),
  response: Type.Object({ room_id: Type.Optional(RoomIdSchema), servers: Type.Optional(Type.Array(ServerNameSchema)) }),
})
