// Deletes all keys in the backup.
// spec: client-server-api, DELETE /_matrix/client/v3/room_keys/keys

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema } from '../schemas/identifiers.ts'
import { RoomKeysUpdateSchema } from '../schemas/key-backup.ts'

export const deleteRoomKeys = endpoint({
  operationId: 'deleteRoomKeys',
  method: 'DELETE',
  path: '/_matrix/client/v3/room_keys/keys',
  formerPaths: ['/_matrix/client/r0/room_keys/keys'],
  authenticate: 'access-token',
  rateLimit: 'request',
  query: Type.Object({ version: NameSchema }),
  response: RoomKeysUpdateSchema,
})
