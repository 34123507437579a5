// What there is to tell a user since a position: events that notify them and that they have not read, and the number of all unread.
// Judged when it is sent, from the stream: nothing is queued, a gateway that was away costs a cursor, and who has muted a room
// meanwhile is left in peace.
// spec: client-server-api/modules/push.md #receiving-notifications

import type { Receipts } from '#ephemeral/ephemeral.ts'
import type { Database } from '#platform/database/database.ts'
import type { Position } from '#platform/stream/stream.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { PushVerdict } from '#protocol/push-rules/push-rules.ts'
import type { KnownEvent, Rooms } from '#rooms/rooms.ts'
import type { Audiences } from './audience.ts'
import type { Judge } from './judge-event.ts'
import { isRead, marksOf, threadMap } from './read-marks.ts'
import { selectAllUnread } from './store/unread.ts'
import { INVITATION } from './unread-changes.ts'

export interface FreshParts {
  readonly database: Database
  readonly rooms: Pick<Rooms, 'head' | 'currentState' | 'events' | 'eventsByNid' | 'newestEvents' | 'roomOf'>
  readonly receipts: Pick<Receipts, 'ofUser'>
  readonly audiences: Audiences
  readonly judge: Judge
}

export interface FreshNotification {
  readonly event: RoomEvent
  readonly position: Position
  /** Milliseconds since 1970. */
  readonly receivedTs: number
  readonly verdict: PushVerdict
}

export interface Fresh {
  /** Unread messages and invitations in all rooms. */
  readonly unread: number
  /** Oldest first, the newest `MOST` of them. */
  readonly notifications: readonly FreshNotification[]
}

/** Of a room that was loud while the gateway was away: more than a lock screen shows. */
const MOST = 20
/** Events looked at in one room. */
const MAX_EVENTS = 100
/** Unread threads that are looked at, the newest first; a badge counts no further. */
const MAX_UNREAD = 2000

/** @param range positions in (after, upTo]; everything up to `upTo` is counted. */
export async function freshNotifications(
  parts: FreshParts,
  userId: UserId,
  range: { readonly after: Position; readonly upTo: Position },
): Promise<Fresh> {
  const rows = await parts.database.run(selectAllUnread, userId, MAX_UNREAD)
  const unread = rows.reduce((sum, { notifications }) => sum + notifications, 0)
  const fresh = rows.filter(({ position }) => position > range.after)
  const found: FreshNotification[] = []
  const threadsOf = Map.groupBy(fresh, (row) => row.room_id as RoomId)
  for (const [roomId, threads] of threadsOf) {
    const names = new Set(threads.map(({ thread_id }) => thread_id))
    if (names.has(INVITATION)) found.push(...(await invitation(parts, userId, roomId)))
    else found.push(...(await inRoom(parts, { userId, roomId, threads: names, ...range })))
  }
  found.sort((one, other) => one.position - other.position)
  return { unread, notifications: found.slice(-MOST) }
}

async function invitation(parts: FreshParts, userId: UserId, roomId: RoomId): Promise<FreshNotification[]> {
  const room = await parts.rooms.roomOf(roomId, userId)
  if (room?.membership !== 'invite') return []
  const known = (await parts.rooms.eventsByNid([room.eventNid])).get(room.eventNid)
  return known === undefined ? [] : await judged(parts, userId, [{ known, position: room.since }])
}

interface Asked {
  readonly userId: UserId
  readonly roomId: RoomId
  /** Those with something unread. */
  readonly threads: ReadonlySet<string>
  readonly after: Position
  readonly upTo: Position
}

async function inRoom(parts: FreshParts, asked: Asked): Promise<FreshNotification[]> {
  const { userId, roomId, threads, after, upTo } = asked
  const head = await parts.rooms.head(roomId)
  if (head === undefined) return []
  const newest = await parts.rooms.newestEvents(head.roomNid, after, upTo, MAX_EVENTS)
  const threadOf = await threadMap(
    newest.map(({ event }) => event),
    parts.rooms,
  )
  const marks = marksOf(await parts.receipts.ofUser(userId, [roomId]))
  const answered = new Set<string>()
  const unread: Placed[] = []
  for (const known of newest) {
    const thread = threadOf.get(known.event.eventId) ?? 'main'
    const position = known.position ?? 0
    // By sending, a user has read what was there before: what follows here is older.
    if (known.event.sender === userId) answered.add(thread)
    else if (threads.has(thread) && !answered.has(thread) && !isRead(marks, thread, position)) {
      unread.push({ known, position })
    }
  }
  return await judged(parts, userId, unread)
}

interface Placed {
  readonly known: KnownEvent
  readonly position: Position
}

async function judged(parts: FreshParts, userId: UserId, events: readonly Placed[]): Promise<FreshNotification[]> {
  if (events.length === 0) return []
  const audience = await parts.audiences.ofUser(userId)
  const found: FreshNotification[] = []
  for (const { known, position } of events) {
    if (known.redactedBy !== undefined) continue
    const verdict = await parts.judge.verdictFor(userId, known.event, audience)
    if (verdict?.notify === true) {
      found.push({ event: known.event, position, receivedTs: known.receivedTs, verdict })
    }
  }
  return found
}
