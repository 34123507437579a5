// A token bucket per key and class: a burst at once, then a steady rate.

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { BoundedCache } from './bounded-cache.ts'

export interface Rate {
  /** Tokens that come back per second; more than 0. */
  readonly perSecond: number
  /** Tokens of a full bucket; at least 1. */
  readonly burst: number
}

export interface RateLimiterOptions<Class extends string> {
  readonly clock: Clock
  /** A class that is not named here is not limited. */
  readonly rates: Readonly<Partial<Record<Class, Rate>>>
  /** Buckets kept; the one longest unused goes first. 100,000 (about 15 MB) unless told. */
  readonly capacity?: number
}

interface Bucket {
  tokens: number
  at: Milliseconds
}

/** Enough for every active user of a large host; an evicted bucket only gives its key a new burst. */
const DEFAULT_CAPACITY = 100_000

/** Tokens are sums of fractions: without this, a caller who waits as long as it was told could be told to wait once more. */
const ROUNDING = 1e-9

export class RateLimiter<Class extends string = string> {
  readonly #clock: Clock
  readonly #rates: ReadonlyMap<string, Rate>
  readonly #buckets: BoundedCache<string, Bucket>

  constructor(options: RateLimiterOptions<Class>) {
    this.#clock = options.clock
    const rates = new Map<string, Rate>()
    for (const [name, rate] of Object.entries<Rate | undefined>(options.rates)) {
      if (rate === undefined) continue
      if (!(rate.perSecond > 0) || !(rate.burst >= 1)) {
        throw new RangeError(`The rate of class "${name}" needs perSecond > 0 and burst >= 1.`)
      }
      rates.set(name, rate)
    }
    this.#rates = rates
    this.#buckets = new BoundedCache({ capacity: options.capacity ?? DEFAULT_CAPACITY })
  }

  /**
   * Takes `cost` tokens of `key` in a class.
   *
   * @returns 0 when they were there; else the milliseconds (at least 1) after which the same call would succeed if nobody else takes
   * any, and nothing is taken. A cost above the burst succeeds only from a full bucket, which it leaves in debt: no call is refused for ever.
   */
  take(key: string, name: Class, cost = 1): Milliseconds {
    const rate = this.#rates.get(name)
    if (rate === undefined) return 0
    const now = this.#clock.now()
    const id = `${name} ${key}`
    const bucket = this.#buckets.get(id)
    if (bucket === undefined) {
      this.#buckets.set(id, { tokens: rate.burst - cost, at: now })
      return 0
    }
    refill(bucket, rate, now)
    const needed = Math.min(cost, rate.burst)
    if (bucket.tokens >= needed - ROUNDING) {
      bucket.tokens -= cost
      return 0
    }
    return Math.max(1, Math.ceil(((needed - bucket.tokens - ROUNDING) / rate.perSecond) * 1000))
  }

  /** Buckets in memory, for the metrics. */
  get size(): number {
    return this.#buckets.size
  }
}

/** A clock that was set back gives nothing and takes nothing. */
function refill(bucket: Bucket, rate: Rate, now: Milliseconds): void {
  const elapsed = Math.max(0, now - bucket.at)
  bucket.tokens = Math.min(rate.burst, bucket.tokens + (elapsed / 1000) * rate.perSecond)
  bucket.at = now
}
