// Changes the public part of a key backup.
// spec: client-server-api, PUT /_matrix/client/v3/room_keys/version/{version}

import { putRoomKeysVersion } from '#api/client/put-room-keys-version.ts'
import { handler } from '../handler.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handlePutRoomKeysVersion = handler(
  putRoomKeysVersion,
  ({ e2ee }: WithE2ee) =>
    async ({ params, body, session }) => {
      const { algorithm, auth_data: authData, version } = body
      await e2ee.backup.update(session.userId, params.version, { algorithm, authData, version })
      return {}
    },
)
