// Gives a room an alias.
// spec: client-server-api, PUT /_matrix/client/v3/directory/room/{roomAlias}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomAliasSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const setRoomAlias = endpoint({
  operationId: 'setRoomAlias',
  method: 'PUT',
  path: '/_matrix/client/v3/directory/room/:roomAlias',
  formerPaths: ['/_matrix/client/r0/directory/room/:roomAlias'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomAlias: RoomAliasSchema }),
  body: Type.Object({ room_id: RoomIdSchema }),
  response: EmptyObjectSchema,
})
