// Reads all keys of the backup, as they come from the database.
// spec: client-server-api, GET /_matrix/client/v3/room_keys/keys

import { getRoomKeys } from '#api/client/get-room-keys.ts'
import { streamAnswer } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handleGetRoomKeys = handler(
  getRoomKeys,
  ({ e2ee }: WithE2ee) =>
    async ({ query, session }) =>
      streamAnswer(await e2ee.backup.all(session.userId, query.version), { 'content-type': 'application/json' }),
)
