// Stores keys of many rooms in the backup.
// spec: client-server-api, PUT /_matrix/client/v3/room_keys/keys

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema } from '../schemas/identifiers.ts'
import { KeyBackupSchema, RoomKeysUpdateSchema } from '../schemas/key-backup.ts'

export const putRoomKeys = endpoint({
  operationId: 'putRoomKeys',
  method: 'PUT',
  path: '/_matrix/client/v3/room_keys/keys',
  formerPaths: ['/_matrix/client/r0/room_keys/keys'],
  authenticate: 'access-token',
  rateLimit: 'request',
  query: Type.Object({ version: NameSchema }),
  body: KeyBackupSchema,
  // Clients upload some hundred sessions of about 1 KiB at once, and more after a long time offline.
  bodyLimit: 8 * 1024 * 1024,
  response: RoomKeysUpdateSchema,
})
