// Counts what is unread: follows events and receipts in the tenant's one order, so that a receipt never races with the event that it
// is about. Each batch is one transaction that also moves the progress: nothing is counted twice, also after a crash.
// spec: client-server-api/modules/push.md #receiving-notifications; modules/receipts.md #threaded-read-receipts

import type { PlacedReceipt, Receipts, ThreadId } from '#ephemeral/ephemeral.ts'
import { type Database, query } from '#platform/database/database.ts'
import type { Position } from '#platform/stream/stream.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import {
  type EventId,
  type RoomId,
  type ServerName,
  serverNameOf,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import type { PushVerdict } from '#protocol/push-rules/push-rules.ts'
import type { KnownEvent, Rooms } from '#rooms/rooms.ts'
import type { Audience, Audiences } from './audience.ts'
import type { Judge } from './judge-event.ts'
import { isRead, marksOf, threadMap } from './read-marks.ts'
import { lockProgress, selectProgress } from './store/unread.ts'
import { type Counts, INVITATION, UnreadChanges } from './unread-changes.ts'

export type Item =
  | { readonly kind: 'event'; readonly position: Position; readonly known: KnownEvent }
  | { readonly kind: 'receipt'; readonly position: Position; readonly receipt: PlacedReceipt }
  /** A membership without an event in the stream: an invite to a room of other servers. */
  | { readonly kind: 'membership'; readonly position: Position; readonly roomId: RoomId; readonly userId: UserId }

export interface CountingParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly rooms: Pick<Rooms, 'head' | 'events' | 'newestEvents' | 'roomOf' | 'eventsByNid'>
  readonly receipts: Pick<Receipts, 'ofUser'>
  readonly audiences: Audiences
  readonly judge: Judge
}

/** Events looked at anew when somebody has read up to the middle: beyond that a count says no more than "many". */
const MAX_RECOUNT = 500

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

  /**
   * Counts a batch, in ascending order. What was counted before, by us before a crash or by another process, is passed over.
   *
   * @returns whether there is something to be sent to push gateways.
   */
  async count(items: readonly Item[]): Promise<boolean> {
    for (;;) {
      const fresh = items.filter((item) => item.position > this.#progress)
      await this.#noteMembers(items.slice(0, items.length - fresh.length))
      const last = fresh.at(-1)
      if (last === undefined) return false
      const batch = new Batch(this.#parts, await this.#threadsOf(fresh))
      for (const item of fresh) {
        if (item.kind === 'event') await batch.event(item.known, item.position)
        else if (item.kind === 'receipt') await batch.receipt(item.receipt)
        else await batch.membershipFromOutside(item)
      }
      const stored = await this.#store(batch.changes, last.position)
      if (stored !== 'stale') return stored === 'due'
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

  /** `due`: somebody is to be told. `stale`: another process has counted meanwhile, and nothing was stored. */
  async #store(changes: UnreadChanges, position: Position): Promise<'stored' | 'due' | 'stale'> {
    const expected = this.#progress
    const [locked, marked] = await this.#parts.database.atomically<[{ position: number }, unknown, ...unknown[]]>([
      query(lockProgress),
      changes.marking(expected, position),
      ...changes.queries(expected, position),
    ])
    const found = locked[0]?.position ?? expected
    this.#progress = found === expected ? position : found
    if (found !== expected) return 'stale'
    return marked.length > 0 ? 'due' : 'stored'
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

  async event({ event, roomNid }: KnownEvent, position: Position): Promise<void> {
    const { roomId, sender } = event
    const thread = this.#threads.get(event.eventId) ?? 'main'
    if (event.type === 'm.room.member') {
      await this.#membershipChanged(event, roomNid)
      await this.#noteInvitation(event, position)
    }
    // By sending, the sender has read what was there.
    if (this.#isOurs(sender)) this.changes.clear(sender, roomId, thread)
    const audience = await this.#audienceOf(roomNid)
    await this.#parts.judge.judge(event, audience, (userId, verdict) => {
      this.changes.add({ userId, roomId, thread }, countsOf(verdict), position)
    })
  }

  async membershipFromOutside({ roomId, userId, position }: Item & { readonly kind: 'membership' }): Promise<void> {
    const room = await this.#parts.rooms.roomOf(roomId, userId)
    const known = room && (await this.#parts.rooms.eventsByNid([room.eventNid])).get(room.eventNid)
    if (room?.membership === 'invite' && known !== undefined) await this.#noteInvitation(known.event, position)
    else this.changes.clear(userId, roomId, INVITATION)
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
      if (verdict !== undefined) this.changes.add({ userId, roomId, thread }, countsOf(verdict), place ?? 0)
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

  /** An invitation is unread until it is answered. */
  async #noteInvitation(event: RoomEvent, position: Position): Promise<void> {
    const userId = event.stateKey as UserId
    const { roomId } = event
    if (!this.#isOurs(userId)) return
    this.changes.clear(userId, roomId, INVITATION)
    if (event.content['membership'] !== 'invite') return
    const audience = await this.#parts.audiences.ofUser(userId)
    const verdict = await this.#parts.judge.verdictFor(userId, event, audience)
    if (verdict !== undefined) this.changes.add({ userId, roomId, thread: INVITATION }, countsOf(verdict), position)
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
