// Deletes the keys of one room in the backup.
// spec: client-server-api, DELETE /_matrix/client/v3/room_keys/keys/{roomId}

import { deleteRoomKeysByRoomId } from '#api/client/delete-room-keys-by-room-id.ts'
import { handler } from '../handler.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handleDeleteRoomKeysByRoomId = handler(
  deleteRoomKeysByRoomId,
  ({ e2ee }: WithE2ee) =>
    async ({ params, query, session }) =>
      e2ee.backup.deleteKeys(session.userId, query.version, { roomId: params.roomId }),
)
