// Stores keys of one room in the backup.
// spec: client-server-api, PUT /_matrix/client/v3/room_keys/keys/{roomId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { RoomKeyBackupSchema, RoomKeysUpdateSchema } from '../schemas/key-backup.ts'

export const putRoomKeysByRoomId = endpoint({
  operationId: 'putRoomKeysByRoomId',
  method: 'PUT',
  path: '/_matrix/client/v3/room_keys/keys/:roomId',
  formerPaths: ['/_matrix/client/r0/room_keys/keys/:roomId'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({ version: NameSchema }),
  body: RoomKeyBackupSchema,
  // Clients upload some hundred sessions of about 1 KiB at once, and more after a long time offline.
  bodyLimit: 8 * 1024 * 1024,
  response: RoomKeysUpdateSchema,
})
