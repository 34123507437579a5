// The keys of a backup as the JSON text of an answer, piece by piece: a backup may have hundreds of megabytes.
// spec: client-server-api #server-side-key-backups

import type { Database } from '#platform/database/database.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { type BackedUpKeyRow, selectKeysBehind, selectRoomKeysBehind } from './store/key-backup.ts'

/** Keys read at once: some 600 KB. */
const PAGE = 1_000

/** `{"rooms": …}` with all keys of a version. */
export async function* allKeysText(database: Database, userId: UserId, version: number): AsyncGenerator<Uint8Array> {
  let [roomId, sessionId] = ['', '']
  let text = '{"rooms":{'
  for (;;) {
    const rows = await database.run(selectKeysBehind, userId, version, roomId, sessionId, PAGE)
    for (const row of rows) {
      if (row.room_id !== roomId) text += `${roomId === '' ? '' : '}},'}${JSON.stringify(row.room_id)}:{"sessions":{`
      else text += ','
      text += memberOf(row)
      roomId = row.room_id
      sessionId = row.session_id
    }
    if (rows.length < PAGE) text += roomId === '' ? '}}' : '}}}}'
    yield Buffer.from(text)
    if (rows.length < PAGE) return
    text = ''
  }
}

/** `{"sessions": …}` with the keys of a room. */
export async function* roomKeysText(
  database: Database,
  userId: UserId,
  version: number,
  roomId: RoomId,
): AsyncGenerator<Uint8Array> {
  let sessionId = ''
  let text = '{"sessions":{'
  for (;;) {
    const rows = await database.run(selectRoomKeysBehind, userId, version, roomId, sessionId, PAGE)
    for (const row of rows) {
      text += `${sessionId === '' ? '' : ','}${memberOf(row)}`
      sessionId = row.session_id
    }
    if (rows.length < PAGE) text += '}}'
    yield Buffer.from(text)
    if (rows.length < PAGE) return
    text = ''
  }
}

const memberOf = (row: BackedUpKeyRow): string =>
  `${JSON.stringify(row.session_id)}:{"first_message_index":${row.first_message_index},"forwarded_count":${row.forwarded_count},` +
  `"is_verified":${row.is_verified},"session_data":${row.session_data}}`
