// A key of a backup from its wire form.
// spec: client-server-api #server-side-key-backups

import type { BackupKey } from '#e2ee/e2ee.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'

interface WireKey {
  readonly first_message_index: number
  readonly forwarded_count: number
  readonly is_verified: boolean
  readonly session_data: JsonObject
}

export const backupKey = (roomId: RoomId, sessionId: string, key: WireKey): BackupKey => ({
  roomId,
  sessionId,
  isVerified: key.is_verified,
  firstMessageIndex: key.first_message_index,
  forwardedCount: key.forwarded_count,
  sessionData: key.session_data,
})

export const backupKeysOfRoom = (
  roomId: RoomId,
  { sessions }: { readonly sessions: { readonly [sessionId: string]: WireKey } },
): BackupKey[] => Object.entries(sessions).map(([sessionId, key]) => backupKey(roomId, sessionId, key))
