// Deletes all keys of the backup.
// spec: client-server-api, DELETE /_matrix/client/v3/room_keys/keys

import { deleteRoomKeys } from '#api/client/delete-room-keys.ts'
import { handler } from '../handler.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handleDeleteRoomKeys = handler(
  deleteRoomKeys,
  ({ e2ee }: WithE2ee) =>
    async ({ query, session }) =>
      e2ee.backup.deleteKeys(session.userId, query.version, {}),
)
