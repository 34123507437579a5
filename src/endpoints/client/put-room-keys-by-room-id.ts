// Stores keys of one room in the backup.
// spec: client-server-api, PUT /_matrix/client/v3/room_keys/keys/{roomId}

import { putRoomKeysByRoomId } from '#api/client/put-room-keys-by-room-id.ts'
import { handler } from '../handler.ts'
import { backupKeysOfRoom } from './backup-key.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handlePutRoomKeysByRoomId = handler(
  putRoomKeysByRoomId,
  ({ e2ee }: WithE2ee) =>
    async ({ params, query, body, session }) =>
      e2ee.backup.put(session.userId, query.version, backupKeysOfRoom(params.roomId, body)),
)
