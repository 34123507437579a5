// Starts a new key backup.
// spec: client-server-api, POST /_matrix/client/v3/room_keys/version

import { postRoomKeysVersion } from '#api/client/post-room-keys-version.ts'
import { handler } from '../handler.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handlePostRoomKeysVersion = handler(
  postRoomKeysVersion,
  ({ e2ee }: WithE2ee) =>
    async ({ body, session }) => ({
      version: await e2ee.backup.create(session.userId, body.algorithm, body.auth_data),
    }),
)
