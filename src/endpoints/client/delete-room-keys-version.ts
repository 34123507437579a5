// Deletes a key backup with its keys.
// spec: client-server-api, DELETE /_matrix/client/v3/room_keys/version/{version}

import { deleteRoomKeysVersion } from '#api/client/delete-room-keys-version.ts'
import { handler } from '../handler.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handleDeleteRoomKeysVersion = handler(
  deleteRoomKeysVersion,
  ({ e2ee }: WithE2ee) =>
    async ({ params, session }) => {
      await e2ee.backup.delete(session.userId, params.version)
      return {}
    },
)
