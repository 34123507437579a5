// The keys of one room in the backup.
// spec: client-server-api, GET /_matrix/client/v3/room_keys/keys/{roomId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { RoomKeyBackupSchema } from '../schemas/key-backup.ts'

export const getRoomKeysByRoomId = endpoint({
  operationId: 'getRoomKeysByRoomId',
  method: 'GET',
  path: '/_matrix/client/v3/room_keys/keys/:roomId',
  formerPaths: ['/_matrix/client/r0/room_keys/keys/:roomId'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({ version: NameSchema }),
  response: RoomKeyBackupSchema,
})
