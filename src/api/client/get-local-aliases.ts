// The aliases that this server has for a room.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/aliases

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomAliasSchema, RoomIdSchema } from '../schemas/identifiers.ts'

export const getLocalAliases = endpoint({
  operationId: 'getLocalAliases',
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/aliases',
  formerPaths: ['/_matrix/client/r0/rooms/:roomId/aliases'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema }),
  response: Type.Object({ aliases: Type.Array(RoomAliasSchema) }),
})
