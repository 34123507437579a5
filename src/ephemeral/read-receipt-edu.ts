// Reads the receipts that another server tells of.
// spec: server-server-api #receipts; m.receipt (EDU)

import {
  parseEventId,
  parseRoomId,
  parseUserId,
  type RoomId,
  type ServerName,
  serverNameOf,
} from '#protocol/identifiers/identifiers.ts'
import { integerAt, isObject, type Json, type JsonObject, objectAt, stringAt, stringsAt } from '#protocol/json/json.ts'
import type { Receipt } from './receipt.ts'
import type { ThreadId } from './threads-of-events.ts'

/** Receipts taken from one EDU: a busy server sends some hundred. What is beyond is dropped; the next receipt makes up for it. */
export const MAX_RECEIPTS_PER_EDU = 1000

/** Public receipts of users of `origin`, by room. Whatever is malformed, private or of other servers' users is passed over. */
export function readReceipts(origin: ServerName, content: JsonObject): ReadonlyMap<RoomId, readonly Receipt[]> {
  const rooms = new Map<RoomId, Receipt[]>()
  let count = 0
  for (const [roomText, kinds] of Object.entries(content)) {
    const roomId = parseRoomId(roomText)
    const users = roomId !== undefined && isObject(kinds) ? objectAt(kinds, 'm.read') : undefined
    if (roomId === undefined || users === undefined) continue
    const receipts: Receipt[] = []
    for (const [user, value] of Object.entries(users)) {
      const receipt = readReceipt(origin, roomId, user, value)
      if (receipt === undefined) continue
      count += 1
      if (count > MAX_RECEIPTS_PER_EDU) break
      receipts.push(receipt)
    }
    if (receipts.length > 0) rooms.set(roomId, receipts)
  }
  return rooms
}

function readReceipt(origin: ServerName, roomId: RoomId, user: string, value: Json): Receipt | undefined {
  const userId = parseUserId(user)
  if (userId === undefined || serverNameOf(userId) !== origin || !isObject(value)) return undefined
  const eventId = parseEventId(stringsAt(value, 'event_ids')?.[0] ?? '')
  const data = objectAt(value, 'data') ?? {}
  const ts = integerAt(data, 'ts')
  if (eventId === undefined || ts === undefined) return undefined
  const threadText = stringAt(data, 'thread_id')
  const threadId = threadText === undefined ? undefined : parseThreadId(threadText)
  if (threadText !== undefined && threadId === undefined) return undefined
  return { roomId, userId, type: 'm.read', threadId, eventId, eventPosition: undefined, ts }
}

/** `main` or the ID of a thread's root. */
export const parseThreadId = (text: string): ThreadId | undefined => (text === 'main' ? 'main' : parseEventId(text))
