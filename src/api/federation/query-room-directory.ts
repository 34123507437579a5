// The room behind one of our aliases.
// spec: server-server-api, GET /_matrix/federation/v1/query/directory

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const queryRoomDirectory = endpoint({
  operationId: 'queryRoomDirectory',
  method: 'GET',
  path: '/_matrix/federation/v1/query/directory',
  authenticate: 'signed',
  rateLimit: 'federation',
  query: Type.Object({ room_alias: Type.String() }),
  response: Type.Object({ room_id: Type.String(), servers: Type.Array(Type.String()) }),
})
