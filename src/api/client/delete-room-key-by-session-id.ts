// Deletes the key of one session in the backup.
// spec: client-server-api, DELETE /_matrix/client/v3/room_keys/keys/{roomId}/{sessionId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema, RoomIdSchema } from '../schemas/identifiers.ts'
import { RoomKeysUpdateSchema } from '../schemas/key-backup.ts'

export const deleteRoomKeyBySessionId = endpoint({
  operationId: 'deleteRoomKeyBySessionId',
  method: 'DELETE',
  path: '/_matrix/client/v3/room_keys/keys/:roomId/:sessionId',
  formerPaths: ['/_matrix/client/r0/room_keys/keys/:roomId/:sessionId'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ roomId: RoomIdSchema, sessionId: NameSchema }),
  query: Type.Object({ version: NameSchema }),
  response: RoomKeysUpdateSchema,
})
