// Takes an alias away.
// spec: client-server-api, DELETE /_matrix/client/v3/directory/room/{roomAlias}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomAliasSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const deleteRoomAlias = endpoint({
  operationId: 'deleteRoomAlias',
  method: 'DELETE',
  path: '/_matrix/client/v3/directory/room/:roomAlias',
  formerPaths: ['/_matrix/client/r0/directory/room/:roomAlias'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ roomAlias: RoomAliasSchema }),
  response: EmptyObjectSchema,
})
