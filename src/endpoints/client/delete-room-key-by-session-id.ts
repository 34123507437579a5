// Deletes one key of the backup.
// spec: client-server-api, DELETE /_matrix/client/v3/room_keys/keys/{roomId}/{sessionId}

import { deleteRoomKeyBySessionId } from '#api/client/delete-room-key-by-session-id.ts'
import { handler } from '../handler.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handleDeleteRoomKeyBySessionId = handler(
  deleteRoomKeyBySessionId,
  ({ e2ee }: WithE2ee) =>
    async ({ params, query, session }) =>
      e2ee.backup.deleteKeys(session.userId, query.version, { roomId: params.roomId, sessionId: params.sessionId }),
)
