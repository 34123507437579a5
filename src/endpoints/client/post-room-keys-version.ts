// Starts a new key backup.
// spec: client-server-api, POST /_matrix/client/v3/room_keys/version

import { refuseGuest } from '#accounts/accounts.ts'
import { postRoomKeysVersion } from '#api/client/post-room-keys-version.ts'
import { handler } from '../handler.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handlePostRoomKeysVersion = handler(
  postRoomKeysVersion,
  ({ e2ee }: WithE2ee) =>
    async ({ body, session }) => {
      // Without a version no other call for backups does anything, so this one is enough to keep guests out.
      refuseGuest(session)
      return { version: await e2ee.backup.create(session.userId, body.algorithm, body.auth_data) }
    },
)
