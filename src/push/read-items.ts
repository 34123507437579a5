// Reads what is counted, events and receipts of our users in one order: from memory near the head, else from the database.
// spec: docs/architecture.md §4

import type { ReceiptFact, Receipts } from '#ephemeral/ephemeral.ts'
import type { Position, Stream, StreamedFact } from '#platform/stream/stream.ts'
import { type RoomId, type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { EventFact, Rooms } from '#rooms/rooms.ts'
import type { Item } from './count-unread.ts'

export interface ReadingParts {
  readonly serverName: ServerName
  readonly stream: Stream
  readonly rooms: Pick<Rooms, 'eventsAfter'>
  readonly receipts: Pick<Receipts, 'ofOurs'>
}

/**
 * Invites from outside come from memory only: the one who restarts in the fraction of a second between an invite and its counting
 * finds it in the room list, without a notification.
 *
 * At most `limit` items with positions in (after, upTo], ascending; fewer only when there are no more.
 */
export async function readItems(
  parts: ReadingParts,
  after: Position,
  upTo: Position,
  limit: number,
): Promise<readonly Item[]> {
  const facts = parts.stream.since(after)
  if (facts !== undefined) return itemsOf(facts, parts.serverName, upTo, limit)
  const [events, receipts] = await Promise.all([
    parts.rooms.eventsAfter(after, upTo, limit),
    parts.receipts.ofOurs(after, upTo, limit),
  ])
  const items: Item[] = [
    ...events.map((known) => ({ kind: 'event', position: known.position ?? 0, known }) as const),
    ...receipts.map((receipt) => ({ kind: 'receipt', position: receipt.position, receipt }) as const),
  ]
  // The first `limit` of both are complete: each source gave as many, or all.
  return items.sort((a, b) => a.position - b.position).slice(0, limit)
}

function itemsOf(facts: readonly StreamedFact[], serverName: ServerName, upTo: Position, limit: number): Item[] {
  const items: Item[] = []
  for (const { kind, position, payload, room, user } of facts) {
    if (position > upTo || items.length >= limit) break
    // The payloads of these kinds are their owners'.
    if (kind === 'event') items.push({ kind, position, known: (payload as EventFact).known })
    else if (kind === 'membership') {
      // Its names were checked when it was made.
      if (room !== undefined && user !== undefined) {
        items.push({ kind, position, roomId: room as RoomId, userId: user as UserId })
      }
    } else if (kind === 'receipt') {
      for (const receipt of (payload as ReceiptFact).receipts) {
        if (serverNameOf(receipt.userId) === serverName) {
          items.push({ kind, position, receipt: { ...receipt, position } })
        }
      }
    }
  }
  return items
}
