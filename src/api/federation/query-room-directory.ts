// The room behind one of our aliases.
// spec: server-server-api, GET /_matrix/federation/v1/query/directory

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomAliasSchema, RoomIdSchema, ServerNameSchema } from '../schemas/identifiers.ts'

export const queryRoomDirectory = endpoint({
  operationId: 'queryRoomDirectory',
  method: 'GET',
  path: '/_matrix/federation/v1/query/directory',
  authenticate: 'signed',
  rateLimit: 'federation',
  query: Type.Object({ room_alias: RoomAliasSchema }),
  response: Type.Object({ room_id: RoomIdSchema, servers: Type.Array(ServerNameSchema) }),
})
