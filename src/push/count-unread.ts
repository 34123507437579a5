// Counts what is unread: follows events and receipts in the tenant's one order, so that a receipt never races with the event that it
// is about. Each batch is one transaction that also moves the progress: nothing is counted twice, also after a crash.
// spec: client-server-api/modules/push.md #receiving-notifications; modules/receipts.md #threaded-read-receipts

import {
  type FindEvents,
  type PlacedReceipt,
  type Receipts,
  type ThreadId,
  threadsOfEvents,
} from '#ephemeral/ephemeral.ts'
import { type Database, query } from '#platform/database/database.ts'
import type { Position } from '#platform/stream/stream.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import { type EventId, type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { PushVerdict } from '#protocol/push-rules/push-rules.ts'
import type { KnownEvent, Rooms } from '#rooms/rooms.ts'
import type { Audience, Audiences } from './audience.ts'
import type { Judge } from './judge-event.ts'
import { lockProgress, selectProgress } from './store/unread.ts'
import { type Counts, UnreadChanges } from './unread-changes.ts'

export type Item =
  | { readonly kind: 'event'; readonly position: Position; readonly known: KnownEvent }
  | { readonly kind: 'receipt'; readonly position: Position; readonly receipt: PlacedReceipt }

export interface CountingParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly rooms: Pick<Rooms, 'head' | 'events' | 'newestEvents'>
  readonly receipts: Pick<Receipts, 'ofUser'>
  readonly audiences: Audiences
  readonly judge: Judge
}

/** Events looked at anew when somebody has read up to the middle: beyond that a count says no more than "many". */
const MAX_RECOUNT = 500

/** How far a user has read in a room. */
interface Marks {
  readonly unthreaded: Position
  readonly threads: ReadonlyMap<ThreadId, Position>
}

export class UnreadCounting {
  readonly #parts: CountingParts
  #progress: Position

  private constructor(parts: CountingParts, progress: Position) {
    this.#parts = parts
    this.#progress = progress
  }

  static async open(parts: CountingParts): Promise<UnreadCounting> {
    return new UnreadCounting(parts, (await parts.database.one(selectProgress))?.position ?? 0)
  }

  /** Counts a batch, in ascending order. What was counted before, by us before a crash or by another process, is passed over. */
  async count(items: readonly Item[]): Promise<void> {
    for (;;) {
      const fresh = items.filter((item) => item.position > this.#progress)
      await this.#noteMembers(items.slice(0, items.length - fresh.length))
      const last = fresh.at(-1)
      if (last === undefined) return
      const batch = new Batch(this.#parts, await this.#threadsOf(fresh))
      for (const item of fresh) {
        if (item.kind === 'event') await batch.event(item.known)
        else await batch.receipt(item.receipt)
      }
      if (await this.#store(batch.changes, last.position)) return
    }
  }

  /** What another process has counted still changes who is in our rooms as we remember them. */
  async #noteMembers(counted: readonly Item[]): Promise<void> {
    for (const item of counted) {
      if (item.kind !== 'event' || item.known.event.type !== 'm.room.member') continue
      const { stateKey, content } = item.known.event
      if (serverNameOf(stateKey as UserId) !== this.#parts.serverName) continue
      const isJoined = content['membership'] === 'join'
      await this.#parts.audiences.changed(item.known.roomNid, stateKey as UserId, isJoined, undefined)
    }
  }

  /** False: another process has counted meanwhile, and nothing was stored. */
  async #store(changes: UnreadChanges, position: Position): Promise<boolean> {
    const expected = this.#progress
    const [locked] = await this.#parts.database.atomically<[{ position: number }, ...unknown[]]>([
      query(lockProgress),
      ...changes.queries(expected, position),
    ])
    const found = locked[0]?.position ?? expected
    this.#progress = found === expected ? position : found
    return found === expected
  }

  async #threadsOf(items: readonly Item[]): Promise<ReadonlyMap<EventId, ThreadId>> {
    const events = items.flatMap((item) => (item.kind === 'event' ? [item.known.event] : []))
    return threadMap(events, this.#parts.rooms)
  }
}

class Batch {
  readonly changes = new UnreadChanges()
  readonly #parts: CountingParts
  readonly #threads: ReadonlyMap<EventId, ThreadId>
  readonly #audiences = new Map<number, Audience>()

  constructor(parts: CountingParts, threads: ReadonlyMap<EventId, ThreadId>) {
    this.#parts = parts
    this.#threads = threads
  }

  async event({ event, roomNid }: KnownEvent): Promise<void> {
    const { roomId, sender } = event
    const thread = this.#threads.get(event.eventId) ?? 'main'
    if (event.type === 'm.room.member') await this.#membershipChanged(event, roomNid)
    // By sending, the sender has read what was there.
    if (this.#isOurs(sender)) this.changes.clear(sender, roomId, thread)
    const audience = await this.#audienceOf(roomNid)
    await this.#parts.judge.judge(event, audience, (userId, verdict) => {
      this.changes.add(userId, roomId, thread, countsOf(verdict))
    })
  }

  async receipt(receipt: PlacedReceipt): Promise<void> {
    const { userId, roomId, threadId, eventPosition } = receipt
    if (eventPosition === undefined) return // an event that clients do not see was never counted
    if (threadId === undefined) this.changes.clearAll(userId, roomId)
    else this.changes.clear(userId, roomId, threadId)
    await this.#countBehind(receipt, Math.max(eventPosition, 0))
  }

  /** Counts anew what came after the event that was read, up to the receipt. Usually nothing: people read to the end. */
  async #countBehind({ userId, roomId, threadId, position }: PlacedReceipt, read: Position): Promise<void> {
    const { rooms } = this.#parts
    const head = await rooms.head(roomId)
    if (head === undefined) return
    const newest = await rooms.newestEvents(head.roomNid, read, position, MAX_RECOUNT)
    if (newest.length === 0) return
    const events = newest.toReversed()
    const threads = await threadMap(
      events.map((known) => known.event),
      rooms,
    )
    const marks = marksOf(await this.#parts.receipts.ofUser(userId, [roomId]))
    const audience = await this.#audienceOf(head.roomNid)
    for (const { event, position: place } of events) {
      const thread = threads.get(event.eventId) ?? 'main'
      if (threadId !== undefined && thread !== threadId) continue
      if (event.sender === userId) this.changes.clear(userId, roomId, thread)
      if (isRead(marks, thread, place ?? 0)) continue
      const verdict = await this.#parts.judge.verdictFor(userId, event, audience)
      if (verdict !== undefined) this.changes.add(userId, roomId, thread, countsOf(verdict))
    }
  }

  async #membershipChanged({ stateKey, roomId, content }: RoomEvent, roomNid: number): Promise<void> {
    const userId = stateKey as UserId
    if (!this.#isOurs(userId)) return
    const membership = content['membership']
    const before = this.#audiences.get(roomNid)
    const now = await this.#parts.audiences.changed(roomNid, userId, membership === 'join', before)
    if (now === undefined) this.#audiences.delete(roomNid)
    else this.#audiences.set(roomNid, now)
    // Who has left sees no counts, and begins at zero when they come back.
    if (membership === 'leave' || membership === 'ban') this.changes.clearAll(userId, roomId)
  }

  #isOurs(userId: UserId): boolean {
    return serverNameOf(userId) === this.#parts.serverName
  }

  async #audienceOf(roomNid: number): Promise<Audience> {
    const known = this.#audiences.get(roomNid)
    if (known !== undefined) return known
    const audience = await this.#parts.audiences.of(roomNid)
    this.#audiences.set(roomNid, audience)
    return audience
  }
}

const countsOf = ({ notify, highlight }: PushVerdict): Counts => ({
  notifications: notify ? 1 : 0,
  highlights: highlight ? 1 : 0,
})

async function threadMap(
  events: readonly RoomEvent[],
  rooms: Pick<Rooms, 'events'>,
): Promise<ReadonlyMap<EventId, ThreadId>> {
  const find: FindEvents = async (ids) => (await rooms.events(ids)).map((known) => known.event)
  const threads = await threadsOfEvents(events, find)
  return new Map(events.map((event, index) => [event.eventId, threads[index] ?? 'main']))
}

/** Of `m.read` and `m.read.private` the one that is further ahead counts. */
function marksOf(receipts: readonly PlacedReceipt[]): Marks {
  let unthreaded = 0
  const threads = new Map<ThreadId, Position>()
  for (const { threadId, eventPosition = 0 } of receipts) {
    if (threadId === undefined) unthreaded = Math.max(unthreaded, eventPosition)
    else threads.set(threadId, Math.max(threads.get(threadId) ?? 0, eventPosition))
  }
  return { unthreaded, threads }
}

const isRead = ({ unthreaded, threads }: Marks, thread: ThreadId, position: Position): boolean =>
  position <= Math.max(unthreaded, threads.get(thread) ?? 0)
