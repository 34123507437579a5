// Deletes a key backup with its keys.
// spec: client-server-api, DELETE /_matrix/client/v3/room_keys/version/{version}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema } from '../schemas/json.ts'

export const deleteRoomKeysVersion = endpoint({
  operationId: 'deleteRoomKeysVersion',
  method: 'DELETE',
  path: '/_matrix/client/v3/room_keys/version/:version',
  formerPaths: ['/_matrix/client/r0/room_keys/version/:version'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ version: NameSchema }),
  response: JsonObjectSchema,
})
