// Stores keys of many rooms in the backup.
// spec: client-server-api, PUT /_matrix/client/v3/room_keys/keys

import { putRoomKeys } from '#api/client/put-room-keys.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import { handler } from '../handler.ts'
import { backupKeysOfRoom } from './backup-key.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handlePutRoomKeys = handler(putRoomKeys, ({ e2ee }: WithE2ee) => async ({ query, body, session }) => {
  const rooms = Object.entries(body.rooms) as [RoomId, (typeof body.rooms)[RoomId]][]
  const keys = rooms.flatMap(([roomId, room]) => backupKeysOfRoom(roomId, room))
  return e2ee.backup.put(session.userId, query.version, keys)
})
