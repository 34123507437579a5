// A receipt, and its shapes on the wire: `m.receipt` for clients, the EDU for servers.
// spec: client-server-api/modules/receipts.md; server-server-api #receipts

import type { Position } from '#platform/stream/stream.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { canonicalJson, type JsonObject } from '#protocol/json/json.ts'
import type { ReceiptRow } from './store/receipts.ts'
import type { ThreadId } from './threads-of-events.ts'

export type ReceiptType = 'm.read' | 'm.read.private'

export interface Receipt {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly type: ReceiptType
  /** Undefined: unthreaded, for the whole room. */
  readonly threadId: ThreadId | undefined
  readonly eventId: EventId
  /** Place of the event in the tenant's order; undefined: the event was not known when the receipt came. */
  readonly eventPosition: Position | undefined
  /** When the user read it, by the clock of the user's server. */
  readonly ts: number
}

export interface PlacedReceipt extends Receipt {
  readonly position: Position
}

export const receiptFromRow = (row: ReceiptRow): PlacedReceipt => ({
  roomId: row.room_id as RoomId,
  userId: row.user_id as UserId,
  type: row.receipt_type as ReceiptType,
  threadId: row.thread_id === '' ? undefined : (row.thread_id as ThreadId),
  eventId: row.event_id as EventId,
  eventPosition: row.event_position ?? undefined,
  ts: row.ts,
  position: row.position,
})

type UserReceipt = { readonly ts: number; readonly thread_id?: string }

/** The content of one `m.receipt` event: event ID → type → user → data. */
export type ReceiptContent = { [eventId: string]: { [type: string]: { [userId: string]: UserReceipt } } }

/**
 * The receipts of one room as contents of `m.receipt` events, each to be sent as an event of its own. Nearly always one: the format
 * has no place for two threads of the same user at the same event, so such a receipt goes into the next.
 */
export function receiptContents(receipts: readonly Receipt[]): ReceiptContent[] {
  const contents: ReceiptContent[] = []
  for (const receipt of receipts) {
    const place = contents.findIndex((content) => put(content, receipt))
    if (place >= 0) continue
    const content: ReceiptContent = {}
    put(content, receipt)
    contents.push(content)
  }
  return contents
}

/** False: the place is taken. Event and user IDs begin with a sigil, so no member of every object is met. */
function put(content: ReceiptContent, { eventId, type, userId, ts, threadId }: Receipt): boolean {
  const types = content[eventId] ?? {}
  const users = types[type] ?? {}
  if (users[userId] !== undefined) return false
  users[userId] = threadId === undefined ? { ts } : { ts, thread_id: threadId }
  types[type] = users
  content[eventId] = types
  return true
}

/** The EDUs (canonical JSON) that tell other servers of public receipts. The caller has chosen receipts that they may know of. */
export function receiptEdus(receipts: readonly Receipt[]): string[] {
  const contents: { [roomId: string]: { 'm.read': JsonObject } }[] = []
  for (const receipt of receipts) {
    if (receipt.type !== 'm.read') continue
    // One place for each user and room in an EDU: a second thread goes into the next.
    let content = contents.find((each) => each[receipt.roomId]?.['m.read'][receipt.userId] === undefined)
    if (content === undefined) {
      content = {}
      contents.push(content)
    }
    const room = content[receipt.roomId] ?? { 'm.read': {} }
    const { ts, threadId } = receipt
    const data: JsonObject = threadId === undefined ? { ts } : { ts, thread_id: threadId }
    room['m.read'][receipt.userId] = { data, event_ids: [receipt.eventId] }
    content[receipt.roomId] = room
  }
  return contents.map((content) => canonicalJson({ content, edu_type: 'm.receipt' }))
}
