// Sends notifications to push gateways. What is due stands in the database, each pusher with its cursor: a crash repeats the last push
// at most, which gateways know by its event ID, and loses none.
// spec: push-gateway-api #homeserver-behaviour

import type { Clock, Milliseconds, Timer } from '#platform/clock/clock.ts'
import { BoundedCache, FairSemaphore } from '#platform/limits/limits.ts'
import type { Log } from '#platform/log/log.ts'
import type { Position } from '#platform/stream/stream.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { type FreshParts, freshNotifications } from './fresh-notifications.ts'
import { Gateway, type GatewayNetwork, type Pushed } from './gateway.ts'
import { aboutEvent, aboutNumber, namesAround, wantsOnlyIds } from './notification-body.ts'
import { gatewayOf, type Pusher, pusherFromRow } from './pusher.ts'
import {
  type DuePusherRow,
  deleteRejectedKey,
  finishPusher,
  postponePusher,
  selectNextTry,
  takeDuePushers,
} from './store/pushers.ts'

export interface DeliveryParts extends FreshParts {
  readonly clock: Clock
  readonly log: Log
  readonly gateways: GatewayNetwork
}

/** Pushers served at once by one tenant of a process, and of one gateway: most users share the gateway of their app. */
const AT_ONCE = 64
const AT_ONCE_PER_HOST = 16
/** Of one user: a phone, a tablet and two more. Who names a hundred slow gateways waits for them alone. */
const AT_ONCE_PER_USER = 4
/** Longer than twenty pushes at their slowest take: another process must not begin while we are at it. */
const LEASE: Milliseconds = 300_000
/** Back-off of a pusher and of a host: two seconds, doubling up to an hour. */
const FIRST_PAUSE: Milliseconds = 2_000
const LONGEST_PAUSE: Milliseconds = 3_600_000
/** What nobody could be told for a day is no news any more. The number of unread messages still is. */
const STALE_AFTER: Milliseconds = 86_400_000
/** Hosts in trouble that are remembered. */
const MAX_HOSTS = 1000
/** What another process left behind is found after this at the latest. */
const LONGEST_SLEEP: Milliseconds = LEASE
const SHORTEST_SLEEP: Milliseconds = 1_000

type Served =
  | { readonly outcome: 'sent'; readonly told: number }
  /** Everything up to `sentUpTo` was taken. */
  | { readonly outcome: 'failed'; readonly sentUpTo: Position }
  /** Not tried: its turn comes then. */
  | { readonly outcome: 'waits'; readonly until: Milliseconds }
  | { readonly outcome: 'rejected' }

interface Addressee {
  readonly pusher: Pusher
  readonly url: URL
}

interface HostTrouble {
  readonly failures: number
  readonly until: Milliseconds
}

export class Delivery {
  readonly #parts: DeliveryParts
  readonly #gateway: Gateway
  readonly #stopping = new AbortController()
  readonly #running = new Set<Promise<void>>()
  /** Pushers under way of each user. */
  readonly #perUser = new Map<string, number>()
  readonly #hosts = new BoundedCache<string, HostTrouble>({ capacity: MAX_HOSTS })
  readonly #places = new FairSemaphore({
    places: AT_ONCE,
    placesPerKey: AT_ONCE_PER_HOST,
    waitingPerKey: AT_ONCE,
    waiting: AT_ONCE,
  })
  #isWanted = false
  #taking: Promise<void> | undefined
  #timer: Timer | undefined

  constructor(parts: DeliveryParts) {
    this.#parts = parts
    this.#gateway = new Gateway(parts.gateways, parts.clock)
  }

  /** Something may be due. Costs nothing while a look is under way. */
  nudge(): void {
    this.#isWanted = true
    if (this.#stopping.signal.aborted || this.#taking !== undefined) return
    this.#taking = this.#take().finally(() => {
      this.#taking = undefined
      if (this.#isWanted) this.nudge()
    })
  }

  /** Resolves when nothing is being sent and nothing is due now: for tests, which turn the clock. */
  async idle(): Promise<void> {
    while (this.#taking !== undefined || this.#running.size > 0) {
      await this.#taking
      await Promise.all(this.#running)
    }
  }

  /** Breaks off what is being sent: it is sent again after the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The server stops.'))
    this.#timer?.cancel()
    this.#isWanted = false
    await this.idle()
  }

  async #take(): Promise<void> {
    const { database, clock, log } = this.#parts
    this.#isWanted = false
    this.#timer?.cancel()
    try {
      const places = AT_ONCE - this.#running.size
      // At the end of each that is under way it is looked again.
      if (places === 0) return
      const now = clock.now()
      const due = await database.run(takeDuePushers, now, now + LEASE, places)
      for (const row of due) this.#start(row)
      if (due.length === places) return
      const next = (await database.one(selectNextTry))?.next_try ?? now + LONGEST_SLEEP
      // What has fallen due while we looked is looked for at once. What was due before is in the hands of another process.
      if (next > now && next <= clock.now()) this.#isWanted = true
      else this.#sleep(Math.min(LONGEST_SLEEP, Math.max(SHORTEST_SLEEP, next - clock.now())))
    } catch (error) {
      log.error({ error }, 'What is due for push gateways could not be read.')
      this.#sleep(FIRST_PAUSE)
    }
  }

  #sleep(pause: Milliseconds): void {
    if (this.#stopping.signal.aborted) return
    this.#timer = this.#parts.clock.after(pause, () => this.nudge())
  }

  #start(row: DuePusherRow): void {
    const work = this.#serve(row)
      .catch((error: unknown) => this.#parts.log.error({ error }, 'A pusher could not be served.'))
      .finally(() => {
        this.#running.delete(work)
        this.nudge()
      })
    this.#running.add(work)
  }

  async #serve(row: DuePusherRow): Promise<void> {
    const served = await this.#inTurn(row)
    const { database, clock } = this.#parts
    const key = [row.user_id, row.app_id, row.pushkey] as const
    if (served.outcome === 'sent') {
      await database.run(finishPusher, ...key, row.marked_at, served.told)
    } else if (served.outcome === 'rejected') {
      await database.run(deleteRejectedKey, row.app_id, row.pushkey)
    } else if (served.outcome === 'waits') {
      await database.run(postponePusher, ...key, row.pending_after, row.failures, served.until)
    } else if (this.#stopping.signal.aborted) {
      await database.run(postponePusher, ...key, served.sentUpTo, row.failures, clock.now())
    } else {
      const failures = row.failures + 1
      await database.run(postponePusher, ...key, served.sentUpTo, failures, clock.now() + pauseAfter(failures))
    }
  }

  async #inTurn(row: DuePusherRow): Promise<Served> {
    const pusher = pusherFromRow(row)
    const url = gatewayOf(pusher)
    if (url === undefined) throw new Error('The gateway of a stored pusher has no URL.')
    const ofUser = this.#perUser.get(row.user_id) ?? 0
    if (ofUser >= AT_ONCE_PER_USER) return { outcome: 'waits', until: this.#parts.clock.now() + FIRST_PAUSE }
    this.#perUser.set(row.user_id, ofUser + 1)
    try {
      return await this.#places.run(url.host, () => this.#tell(row, { pusher, url }))
    } finally {
      const left = (this.#perUser.get(row.user_id) ?? 1) - 1
      if (left === 0) this.#perUser.delete(row.user_id)
      else this.#perUser.set(row.user_id, left)
    }
  }

  async #tell(row: DuePusherRow, to: Addressee): Promise<Served> {
    let sentUpTo = row.pending_after
    const until = this.#hosts.get(to.url.host)?.until ?? 0
    if (until > this.#parts.clock.now()) return { outcome: 'waits', until }
    const { userId } = to.pusher
    const { unread, notifications } = await freshNotifications(this.#parts, userId, {
      after: sentUpTo,
      upTo: row.marked_at,
    })
    const news = notifications.filter(({ receivedTs }) => this.#isNews(receivedTs))
    for (const each of news) {
      const names = wantsOnlyIds(to.pusher) ? undefined : await namesAround(each.event, this.#parts.rooms)
      const pushed = await this.#push(to, aboutEvent(to.pusher, each, { unread, names }))
      if (pushed.outcome === 'failed') return { outcome: 'failed', sentUpTo }
      if (pushed.rejected) return { outcome: 'rejected' }
      sentUpTo = each.position
    }
    if (news.length > 0 || unread === row.told_unread) return { outcome: 'sent', told: unread }
    const pushed = await this.#push(to, aboutNumber(to.pusher, unread))
    if (pushed.outcome === 'failed') return { outcome: 'failed', sentUpTo }
    return pushed.rejected ? { outcome: 'rejected' } : { outcome: 'sent', told: unread }
  }

  async #push({ url, pusher }: Addressee, notification: JsonObject): Promise<Pushed> {
    const { signal } = this.#stopping
    const pushed = await this.#gateway.push({ url, pushkey: pusher.pushkey, notification }, signal)
    if (signal.aborted) return pushed
    if (pushed.outcome === 'sent') this.#hosts.delete(url.host)
    else if (pushed.blame === 'host') this.#noteTrouble(url.host, pushed.cause)
    return pushed
  }

  /** All pushers of a gateway that is down wait for it together, instead of each finding out for itself. */
  #noteTrouble(host: string, cause: unknown): void {
    const now = this.#parts.clock.now()
    const before = this.#hosts.get(host)
    // Those that were under way together fail together: that is one failure.
    if (before !== undefined && before.until > now) return
    const failures = (before?.failures ?? 0) + 1
    if (failures === 1)
      this.#parts.log.warn(troubleOf(host, cause), 'A push gateway does not take notifications. They wait.')
    this.#hosts.set(host, { failures, until: now + pauseAfter(failures) })
  }

  #isNews(receivedTs: number): boolean {
    return receivedTs > this.#parts.clock.now() - STALE_AFTER
  }
}

const troubleOf = (host: string, cause: unknown) =>
  cause instanceof Error ? { gateway: host, error: cause } : { gateway: host, status: Number(cause) }

const pauseAfter = (failures: number): Milliseconds =>
  Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures - 1, 20))
