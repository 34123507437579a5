// Shows a key backup.
// spec: client-server-api, GET /_matrix/client/v3/room_keys/version/{version}

import { getRoomKeysVersion } from '#api/client/get-room-keys-version.ts'
import { handler } from '../handler.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handleGetRoomKeysVersion = handler(
  getRoomKeysVersion,
  ({ e2ee }: WithE2ee) =>
    async ({ params, session }) =>
      e2ee.backup.version(session.userId, params.version),
)
