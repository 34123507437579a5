// Push rules, unread counts, pushers and what is sent to them. Face of the module.
// spec: client-server-api/modules/push.md

import type { Accounts } from '#accounts/accounts.ts'
import type { Ephemeral } from '#ephemeral/ephemeral.ts'
import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { type Follower, follow } from '#platform/follow/follow.ts'
import type { Log } from '#platform/log/log.ts'
import type { Position, Stream } from '#platform/stream/stream.ts'
import type { EventId, RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import type { PredefinedOptions } from '#protocol/push-rules/push-rules.ts'
import type { Reader, Rooms } from '#rooms/rooms.ts'
import { Audiences } from './audience.ts'
import { type Item, UnreadCounting } from './count-unread.ts'
import { Delivery } from './delivery.ts'
import type { GatewayNetwork } from './gateway.ts'
import { Judge } from './judge-event.ts'
import { type PastNotifications, type PastParts, pastNotifications } from './past-notifications.ts'
import { PushRules } from './push-rules.ts'
import { deviceFollower, Pushers } from './pushers.ts'
import { readItems } from './read-items.ts'
import { selectUnread, selectUnreadTotal } from './store/unread.ts'
import type { Counts } from './unread-changes.ts'

export type { GatewayNetwork } from './gateway.ts'
export type { PastNotification, PastNotifications } from './past-notifications.ts'
export type { PushRules } from './push-rules.ts'
export type { Pushers } from './pushers.ts'
export type { Counts } from './unread-changes.ts'

export interface PushParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly stream: Stream
  readonly clock: Clock
  readonly log: Log
  readonly accounts: Accounts
  readonly rooms: Rooms
  readonly ephemeral: Ephemeral
  readonly gateways: GatewayNetwork
  readonly options: { readonly predefined: PredefinedOptions }
}

/** What is unread in a room. */
export interface Unread {
  /** The whole room: for clients that do not ask for threads. */
  readonly total: Counts
  /** The main timeline. */
  readonly main: Counts
  /** Threads with notifications, by their root. */
  readonly threads: ReadonlyMap<EventId, Counts>
}

interface Made {
  readonly parts: PushParts
  readonly rules: PushRules
  readonly judging: PastParts
  readonly delivery: Delivery
  readonly followers: Followers
}

interface Followers {
  readonly counted: Follower
  readonly devices: Follower
}

/** Items per transaction: in a room of 1,000 of our users 200 messages are still 1,000 rows. */
const BATCH = 200
/** A count that nobody asks for may be this late; under load one transaction then counts hundreds of messages. */
const REST: Milliseconds = 50
/** Counting is behind the commit by some milliseconds; sync waits for it, but not for ever. */
const PATIENCE: Milliseconds = 2_000

const none: Counts = Object.freeze({ notifications: 0, highlights: 0 })
const nothing: Unread = Object.freeze({ total: none, main: none, threads: new Map<EventId, Counts>() })

export class Push {
  readonly rules: PushRules
  readonly pushers: Pushers
  readonly #parts: PushParts
  readonly #judging: PastParts
  readonly #delivery: Delivery
  readonly #followers: Followers

  private constructor(made: Made) {
    this.#parts = made.parts
    this.rules = made.rules
    this.pushers = new Pushers(made.parts)
    this.#judging = made.judging
    this.#delivery = made.delivery
    this.#followers = made.followers
  }

  /** Begins to count, and to send, where it was left. */
  static async open(parts: PushParts): Promise<Push> {
    const { rooms, accounts, clock, database, ephemeral, serverName, stream, log, gateways } = parts
    const { predefined } = parts.options
    const rules = new PushRules({ database, stream, clock, predefined })
    const audiences = new Audiences({ clock, rooms, accounts, rules })
    const judge = new Judge({ rooms, rules, predefined })
    const { receipts } = ephemeral
    const judging = { database, rooms, receipts, audiences, judge }
    const counting = await UnreadCounting.open({ serverName, ...judging })
    const delivery = new Delivery({ ...judging, clock, log, gateways })
    const counted = await follow<Item>(
      {
        name: 'push',
        batch: BATCH,
        kinds: ['event', 'receipt', 'membership'],
        rest: REST,
        read: (after, upTo, limit) => readItems({ serverName, stream, rooms, receipts }, after, upTo, limit),
        handle: async (items) => {
          if (await counting.count(items)) delivery.nudge()
        },
      },
      { stream, database, clock, log },
    )
    const devices = await follow(deviceFollower(parts), parts)
    delivery.nudge()
    return new Push({ parts, rules, judging, delivery, followers: { counted, devices } })
  }

  /**
   * What is unread in rooms of a user, with everything up to `upTo` counted: the counts belong into the same answer as the event.
   * Waits for the counting for two seconds at most. Rooms without unread events are in the answer too.
   */
  async unreadCounts(userId: UserId, roomIds: readonly RoomId[], upTo: Position): Promise<ReadonlyMap<RoomId, Unread>> {
    const unread = new Map<RoomId, Unread>(roomIds.map((roomId) => [roomId, nothing]))
    if (roomIds.length === 0) return unread
    await this.#counted(upTo)
    const threadsOf = new Map<RoomId, Map<EventId | 'main', Counts>>()
    for (const row of await this.#parts.database.run(selectUnread, userId, roomIds)) {
      const roomId = row.room_id as RoomId
      const threads = threadsOf.get(roomId) ?? new Map<EventId | 'main', Counts>()
      threads.set(row.thread_id as EventId | 'main', { notifications: row.notifications, highlights: row.highlights })
      threadsOf.set(roomId, threads)
    }
    for (const [roomId, threads] of threadsOf) unread.set(roomId, unreadOf(threads))
    return unread
  }

  /** Over all rooms: the number for the badge of an app. */
  async unreadTotal(userId: UserId): Promise<{ readonly rooms: number; readonly notifications: number }> {
    return (await this.#parts.database.one(selectUnreadTotal, userId)) ?? { rooms: 0, notifications: 0 }
  }

  /**
   * What a user has been notified of, newest first. At most 1,000 events are looked at, so a page may be empty and have a next.
   *
   * @param asked.from the `next` of the page before; undefined: from now.
   */
  async notifications(
    reader: Reader,
    asked: { readonly from: Position | undefined; readonly limit: number; readonly onlyHighlights: boolean },
  ): Promise<PastNotifications> {
    const { head } = this.#parts.stream
    await this.#counted(head)
    return await pastNotifications(this.#judging, reader, { ...asked, upTo: asked.from ?? head })
  }

  /** Resolves when everything up to `upTo` is counted and what is due now has been sent: for tests, which turn the clock. */
  async settled(upTo: Position): Promise<void> {
    await this.#followers.counted.reached(upTo)
    await this.#followers.devices.reached(upTo)
    await this.#delivery.idle()
  }

  /** Waits for the batch under way. */
  async stop(): Promise<void> {
    await this.#followers.counted.stop()
    await this.#followers.devices.stop()
    await this.#delivery.stop()
    this.rules.stop()
  }

  async #counted(upTo: Position): Promise<void> {
    if (this.#followers.counted.cursor >= upTo) return
    const patience = new AbortController()
    // A follower that stops leaves the counts as they are.
    const reached = this.#followers.counted.reached(upTo).catch(() => {})
    const tired = this.#parts.clock.wait(PATIENCE, patience.signal).catch(() => {})
    await Promise.race([reached, tired])
    patience.abort()
  }
}

function unreadOf(byThread: ReadonlyMap<EventId | 'main', Counts>): Unread {
  const threads = new Map<EventId, Counts>()
  let [notifications, highlights] = [0, 0]
  for (const [thread, counts] of byThread) {
    notifications += counts.notifications
    highlights += counts.highlights
    if (thread !== 'main') threads.set(thread, counts)
  }
  return { total: { notifications, highlights }, main: byThread.get('main') ?? none, threads }
}
