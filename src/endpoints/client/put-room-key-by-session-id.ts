// Stores one key in the backup.
// spec: client-server-api, PUT /_matrix/client/v3/room_keys/keys/{roomId}/{sessionId}

import { putRoomKeyBySessionId } from '#api/client/put-room-key-by-session-id.ts'
import { handler } from '../handler.ts'
import { backupKey } from './backup-key.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handlePutRoomKeyBySessionId = handler(
  putRoomKeyBySessionId,
  ({ e2ee }: WithE2ee) =>
    async ({ params, query, body, session }) =>
      e2ee.backup.put(session.userId, query.version, [backupKey(params.roomId, params.sessionId, body)]),
)
