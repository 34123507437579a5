// Shows the current key backup.
// spec: client-server-api, GET /_matrix/client/v3/room_keys/version

import { getRoomKeysVersionCurrent } from '#api/client/get-room-keys-version-current.ts'
import { handler } from '../handler.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handleGetRoomKeysVersionCurrent = handler(
  getRoomKeysVersionCurrent,
  ({ e2ee }: WithE2ee) =>
    async ({ session }) =>
      e2ee.backup.version(session.userId),
)
