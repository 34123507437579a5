// A cache with a bound, least recently used out first.

import { LRUCache } from 'lru-cache'
import type { Clock, Milliseconds } from '#platform/clock/clock.ts'

/** Anything but null and undefined: `get` says "absent" with undefined. */
type Something = NonNullable<unknown>

export interface BoundedCacheOptions<K extends Something, V extends Something> {
  /** Entries, or with `weigh` the sum of weights (bytes, state entries). A positive integer. */
  readonly capacity: number
  /** Weight of an entry: a positive integer. An entry heavier than the capacity is not kept. */
  readonly weigh?: (value: V, key: K) => number
  /** An entry older than `maxAge` ms is as good as absent. */
  readonly age?: { readonly maxAge: Milliseconds; readonly clock: Clock }
  /** Called when an entry leaves for room or age, or is overwritten or deleted. */
  readonly onLeave?: (value: V, key: K) => void
}

export class BoundedCache<K extends Something, V extends Something> {
  readonly #entries: LRUCache<K, V>

  constructor({ capacity, weigh, age, onLeave }: BoundedCacheOptions<K, V>) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new RangeError(`The capacity of a cache is a positive integer, not ${capacity}.`)
    }
    this.#entries = new LRUCache<K, V>({
      ...(weigh ? { maxSize: capacity, sizeCalculation: weigh } : { max: capacity }),
      // A resolution of 0: the library would otherwise remember "now" with a timer of its own.
      ...(age && { ttl: age.maxAge, perf: age.clock, ttlResolution: 0 }),
      ...(onLeave && { dispose: onLeave }),
    })
  }

  /** Entries that are there; aged ones may be among them until they are asked for. */
  get size(): number {
    return this.#entries.size
  }

  /** The sum of weights; 0 without `weigh`. */
  get weight(): number {
    return this.#entries.calculatedSize
  }

  /** The value, which becomes the most recently used one. */
  get(key: K): V | undefined {
    return this.#entries.get(key)
  }

  /** The value without touching the order. */
  peek(key: K): V | undefined {
    return this.#entries.peek(key)
  }

  has(key: K): boolean {
    return this.#entries.has(key)
  }

  set(key: K, value: V): void {
    this.#entries.set(key, value)
  }

  /** @returns whether it was there. */
  delete(key: K): boolean {
    return this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }

  /** Most recently used first; a change during the walk may or may not be seen. */
  entries(): IterableIterator<[K, V]> {
    return this.#entries.entries()
  }
}
