// One request of /sync that may wait: registered first, so that what happens while it reads is not lost.
// spec: client-server-api, GET /_matrix/client/v3/sync (timeout)

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Position } from '#platform/stream/stream.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { UserRoom } from '#rooms/rooms.ts'

export type RoomsOfUser = ReadonlyMap<RoomId, UserRoom>

/** A user with requests under way, or with rooms kept for the next one. */
export interface ActiveUser {
  readonly userId: UserId
  rooms: RoomsOfUser | undefined
  /** The rooms' newest events were read here or later. */
  roomsReadAt: Position
  /** Grows when the rooms change, so that an answer on its way is not taken for the present. */
  epoch: number
  loading: Promise<RoomsOfUser> | undefined
  readonly attending: Set<Attendance>
}

/** What an attendance needs of the registry that made it. */
export interface Waits {
  readonly clock: Clock
  begin(attendance: Attendance): void
  end(attendance: Attendance): void
  leave(attendance: Attendance): void
}

export class Attendance {
  readonly user: ActiveUser
  readonly #waits: Waits
  #isWoken = false
  #givenUp = false
  #firstNews: Position | undefined
  #resume: (() => void) | undefined

  constructor(user: ActiveUser, waits: Waits) {
    this.user = user
    this.#waits = waits
  }

  /** Others wait, and there is no room for this one: it does not wait any more. */
  get givenUp(): boolean {
    return this.#givenUp
  }

  /** Forgets what has woken it. Call it before reading: what comes from then on is news. */
  rest(): void {
    this.#isWoken = false
    this.#firstNews = undefined
  }

  /**
   * Nothing that concerns the user has happened up to here: the position before the first news since `rest`, or `head` where there was
   * none. Undefined: something happened, nobody knows where.
   */
  quietUntil(head: Position): Position | undefined {
    if (!this.#isWoken) return head
    return this.#firstNews === undefined ? undefined : this.#firstNews - 1
  }

  /** `position`: of the fact that wakes; undefined: something that has none. */
  wake(position: Position | undefined): void {
    if (!this.#isWoken) this.#firstNews = position
    else if (position === undefined) this.#firstNews = undefined
    this.#isWoken = true
    this.#resume?.()
  }

  giveUp(): void {
    this.#givenUp = true
    this.#resume?.()
  }

  /**
   * Waits until woken; at once when that has happened since `rest`. False: the time is over, a signal was given, or there is no room.
   * @param signal ends the wait early: the client has gone.
   */
  async woken(timeout: Milliseconds, signal: AbortSignal): Promise<boolean> {
    if (this.#isWoken) return true
    if (timeout <= 0 || this.#givenUp || signal.aborted) return false
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#resume = resolve
    this.#waits.begin(this)
    const timer = this.#waits.clock.after(timeout, resolve)
    const resumeOnAbort = () => resolve()
    signal.addEventListener('abort', resumeOnAbort)
    await promise
    signal.removeEventListener('abort', resumeOnAbort)
    timer.cancel()
    this.#resume = undefined
    this.#waits.end(this)
    return this.#isWoken
  }

  leave(): void {
    this.#waits.leave(this)
  }
}
