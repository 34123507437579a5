// Reads one key of the backup.
// spec: client-server-api, GET /_matrix/client/v3/room_keys/keys/{roomId}/{sessionId}

import { getRoomKeyBySessionId } from '#api/client/get-room-key-by-session-id.ts'
import { handler } from '../handler.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handleGetRoomKeyBySessionId = handler(
  getRoomKeyBySessionId,
  ({ e2ee }: WithE2ee) =>
    async ({ params, query, session }) =>
      e2ee.backup.key(session.userId, query.version, params.roomId, params.sessionId),
)
