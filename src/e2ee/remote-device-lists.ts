// Device lists of remote users that share rooms with ours: kept up by updates, fetched again when one was missed.
// spec: server-server-api #device-management

import type { Failure } from '#federation/transport/transport.ts'
import type { Milliseconds, Timer } from '#platform/clock/clock.ts'
import { type Position, write } from '#platform/stream/stream.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import { type DeviceId, type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { actOf } from './device-list-change.ts'
import { rowsOfFetchedList } from './fetched-list.ts'
import { REMOTE_TIMEOUT } from './limits.ts'
import type { E2eeParts } from './parts.ts'
import { withDeadline } from './remote-questions.ts'
import {
  hurryServer,
  markStale,
  notePostponed,
  type RemoteListRow,
  selectDueLists,
  selectRemoteDevices,
  selectRemoteLists,
} from './store/remote-device-lists.ts'
import { Turns } from './turns.ts'

/** First wait after an attempt that failed, and the longest (ms). A server that shows life is asked at once. */
const FIRST_WAIT = 30_000
const LONGEST_WAIT = 3_600_000
/** How often we look for lists that are due (ms). */
const LOOK = 30_000
/** Lists fetched at once, and in one look. More would burden the others, and ourselves after a long time without network. */
const AT_ONCE = 5
const PER_LOOK = 200

export interface Fetching {
  /** A list that was fetched at this position or later will do. */
  readonly notBefore: Position
  readonly signal?: AbortSignal
  readonly timeout?: Milliseconds
}

export class RemoteDeviceLists {
  readonly #parts: E2eeParts
  readonly #turns = new Turns()
  readonly #underWay = new Set<Promise<unknown>>()
  #looking: Promise<void> | undefined

  constructor(parts: E2eeParts) {
    this.#parts = parts
  }

  /**
   * Runs `act` in the turn of a remote user's list, with news of it. When too many wait the list is marked stale instead, so that the news
   * is not lost.
   */
  async takeNews(userId: UserId, act: () => Promise<void>): Promise<void> {
    try {
      await this.#turns.run(userId, act)
    } catch (error) {
      if (!(error instanceof MatrixError && error.errcode === 'M_LIMIT_EXCEEDED')) throw error
      await this.#markStale(userId)
    }
  }

  async list(userId: UserId): Promise<RemoteListRow | undefined> {
    return this.#parts.database.one(selectRemoteLists, [userId])
  }

  /** Those of the users whose list can be answered from: fresh, and the room shared without a break since it was fetched. */
  async fresh(since: ReadonlyMap<UserId, Position>): Promise<Set<UserId>> {
    const rows = await this.#parts.database.run(selectRemoteLists, [...since.keys()])
    const good = rows.filter((row) => !row.stale && row.fetched_at >= (since.get(row.user_id as UserId) ?? 0))
    return new Set(good.map((row) => row.user_id as UserId))
  }

  /** Fetches the list unless it is good by now. Returns why it could not. Clients that wait learn the content from their query. */
  fetch(
    userId: UserId,
    { notBefore, timeout = REMOTE_TIMEOUT, signal: caller }: Fetching,
  ): Promise<Failure | undefined> {
    const deadline = { clock: this.#parts.clock, timeout, signal: caller }
    return withDeadline(deadline, async (signal) => {
      try {
        return await this.#turns.run(userId, () => this.#fetchInTurn(userId, notBefore, signal), signal)
      } catch (error) {
        // The time went by while others were fetching it.
        if (!signal.aborted) throw error
        return { kind: 'unreachable', destination: serverNameOf(userId), reason: 'timeout' }
      }
    })
  }

  async #fetchInTurn(userId: UserId, notBefore: Position, signal: AbortSignal): Promise<Failure | undefined> {
    const list = await this.list(userId)
    if (list !== undefined && !list.stale && list.fetched_at >= notBefore) return undefined
    const { transport, stream, serverName } = this.#parts
    // Before the question: what changes while it is under way makes the answer old.
    const fetchedAt = stream.head
    const outcome = await transport.getUserDevices(serverNameOf(userId), userId, signal)
    if (!outcome.ok) {
      if (list?.stale) await this.#postpone(list)
      return outcome.failure
    }
    const rows = rowsOfFetchedList(outcome.value, fetchedAt, this.#parts.crypto)
    // Clients that asked while the server was away got nothing: they must ask again.
    const changes = (list?.failures ?? 0) > 0 ? [{ userId }] : []
    await stream.append(actOf(changes, rows, serverName))
    return undefined
  }

  async #postpone({ user_id, failures }: RemoteListRow): Promise<void> {
    const wait = Math.min(FIRST_WAIT * 2 ** Math.min(failures, 10), LONGEST_WAIT)
    // Spread, so that a server that comes back is not met by everything at once.
    const retryAt = this.#parts.clock.now() + Math.round(wait * (0.8 + 0.4 * this.#parts.random.fraction()))
    await this.#parts.database.run(notePostponed, user_id, retryAt)
  }

  /** In the list's turn: marks it stale, tells clients, and begins to fetch it. The mark comes first: it outlives a crash. */
  async missed(userId: UserId, deviceId?: DeviceId): Promise<void> {
    await this.#markStale(userId, deviceId)
    this.#fetchSoon(userId)
  }

  async #markStale(userId: UserId, deviceId?: DeviceId): Promise<void> {
    const { clock, stream, serverName } = this.#parts
    const mark = write(markStale, { userId, serverName: serverNameOf(userId), retryAt: clock.now() })
    await stream.append(actOf([{ userId, deviceId }], [mark], serverName))
  }

  /** Marks lists stale that clients need and that are too many to fetch while they wait. */
  async want(userIds: readonly UserId[]): Promise<void> {
    const { clock, stream, serverName } = this.#parts
    const retryAt = clock.now()
    const rows = userIds.map((userId) => write(markStale, { userId, serverName: serverNameOf(userId), retryAt }))
    await stream.append(actOf([], rows, serverName))
    this.#look()
  }

  /** A message came from a device that the list does not have: something was missed. */
  async noteDevice(userId: UserId, deviceId: DeviceId): Promise<void> {
    await this.takeNews(userId, async () => {
      const list = await this.list(userId)
      if (list === undefined || list.stale) return
      const devices = await this.#parts.database.run(selectRemoteDevices, [userId])
      if (!devices.some((device) => device.device_id === deviceId)) await this.missed(userId)
    })
  }

  /** Begins to fetch stale lists when they are due, until the returned function is called. */
  start(): () => void {
    const { transport, clock, database } = this.#parts
    const stopListening = transport.onAlive((server: ServerName) => {
      this.#track(database.run(hurryServer, server, clock.now()).then(() => this.#look()))
    })
    const schedule = (): Timer =>
      clock.after(LOOK, () => {
        this.#look()
        timer = schedule()
      })
    let timer = schedule()
    return () => {
      stopListening()
      timer.cancel()
    }
  }

  /** Resolves when nothing is being fetched. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay])
  }

  /** Fetches the lists that are due, some at a time. */
  async fetchDue(): Promise<void> {
    const due = await this.#parts.database.run(selectDueLists, this.#parts.clock.now(), PER_LOOK)
    const next = due[Symbol.iterator]()
    const worker = async () => {
      for (const row of next) await this.fetch(row.user_id as UserId, { notBefore: 0 })
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }

  #look(): void {
    if (this.#looking !== undefined) return
    this.#looking = this.fetchDue().finally(() => {
      this.#looking = undefined
    })
    this.#track(this.#looking)
  }

  #fetchSoon(userId: UserId): void {
    this.#track(this.fetch(userId, { notBefore: 0 }))
  }

  #track(work: Promise<unknown>): void {
    const tracked = work
      .catch((error: unknown) => this.#parts.log.warn({ error }, 'A remote device list could not be fetched.'))
      .finally(() => this.#underWay.delete(tracked))
    this.#underWay.add(tracked)
  }
}
