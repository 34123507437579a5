// Reads the keys of one room in the backup.
// spec: client-server-api, GET /_matrix/client/v3/room_keys/keys/{roomId}

import { getRoomKeysByRoomId } from '#api/client/get-room-keys-by-room-id.ts'
import { streamAnswer } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handleGetRoomKeysByRoomId = handler(
  getRoomKeysByRoomId,
  ({ e2ee }: WithE2ee) =>
    async ({ params, query, session }) =>
      streamAnswer(await e2ee.backup.ofRoom(session.userId, query.version, params.roomId), {
        'content-type': 'application/json',
      }),
)
