// How long to wait after a transaction that was not taken. Who is away is known to the transport; here is who answers, and says no.
// spec: server-server-api #transactions (retrying is left to the server)

import type { Failure } from '#federation/transport/transport.ts'
import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Random } from '#platform/random/random.ts'

const FIRST: Milliseconds = 1_000
const LONGEST: Milliseconds = 3_600_000
/** Answers that say that this transaction will never do, before it is passed over: so that it does not hold all others for ever. */
const MOST_REFUSALS = 3
/** The server may change its mind about us: no key of ours could be had, we are not let in, it has no such thing yet, it has too much to do. */
const changeable: readonly number[] = [401, 403, 404, 408, 425, 429]

/** It says of this transaction, and not of us, that it cannot be taken; again and again. */
export function isRefusedForGood(failure: Failure, failures: number): boolean {
  if (failure.kind !== 'refused' || failures < MOST_REFUSALS) return false
  return failure.status >= 400 && failure.status < 500 && !changeable.includes(failure.status)
}

export class Pauses {
  readonly #clock: Clock
  readonly #random: Random
  #failures = 0

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = clock
    this.#random = random
  }

  /** In a row. */
  get failures(): number {
    return this.#failures
  }

  reset(): void {
    this.#failures = 0
  }

  /** Longer from time to time, so that servers which came back together do not come together again. */
  next(): Milliseconds {
    this.#failures += 1
    // 2^12 seconds are beyond the longest.
    const pause = Math.min(LONGEST, FIRST * 2 ** Math.min(this.#failures - 1, 12))
    return Math.ceil(pause * (0.75 + 0.25 * this.#random.fraction()))
  }

  after(failure: Failure, awayUntil: Milliseconds | undefined): Milliseconds {
    const own = this.next()
    if (failure.kind === 'refused') return Math.max(own, failure.retryAfter ?? 0)
    const retryAt = failure.kind === 'unreachable' ? (failure.retryAt ?? awayUntil) : undefined
    return retryAt === undefined ? own : Math.max(1, retryAt - this.#clock.now())
  }
}
