// The loop of a follower: read, handle, move the cursor; sleep when there is nothing; back off when something fails.
// spec: docs/architecture.md §4

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Log } from '#platform/log/log.ts'
import type { Position, Stream } from '#platform/stream/stream.ts'
import type { CursorKeeper } from './cursor-keeper.ts'

export interface StreamFollowerParts<Item extends { readonly position: Position }> {
  readonly stream: Stream
  readonly clock: Clock
  readonly log: Log
  readonly keeper: CursorKeeper
  readonly batch: number
  readonly kinds?: readonly string[]
  readonly rest?: Milliseconds
  readonly read: (after: Position, upTo: Position, limit: number) => Promise<readonly Item[]>
  readonly handle: (items: readonly Item[]) => Promise<void>
}

interface Waiter {
  readonly position: Position
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

const shortestBackOff: Milliseconds = 100
/** Long enough not to fill the log while a dependency is down, short enough to be back soon after it. */
const longestBackOff: Milliseconds = 30_000

export class StreamFollower<Item extends { readonly position: Position }> {
  readonly #parts: StreamFollowerParts<Item>
  readonly #stop = new AbortController()
  readonly #unregister: () => void
  readonly #loop: Promise<void>
  #waiters: Waiter[] = []
  #wake: (() => void) | undefined
  #endRest: (() => void) | undefined

  constructor(parts: StreamFollowerParts<Item>) {
    this.#parts = parts
    // Registered before the first read, so that nothing falls between.
    this.#unregister = parts.stream.onCommit(() => this.#wake?.())
    this.#loop = this.#run()
  }

  get cursor(): Position {
    return this.#parts.keeper.position
  }

  reached(position: Position): Promise<void> {
    if (this.cursor >= position) return Promise.resolve()
    if (this.#stop.signal.aborted) return Promise.reject(stopped())
    return new Promise((resolve, reject) => {
      this.#waiters.push({ position, resolve, reject })
      this.#endRest?.()
    })
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#unregister()
    this.#wake?.()
    this.#endRest?.()
    await this.#loop
    await this.#parts.keeper.close()
    for (const { reject } of this.#waiters) reject(stopped())
    this.#waiters = []
  }

  async #run(): Promise<void> {
    let backOff = shortestBackOff
    while (!this.#stop.signal.aborted) {
      try {
        if (await this.#turn()) await this.#gather()
        else await this.#news()
        backOff = shortestBackOff
      } catch (error) {
        this.#parts.log.error({ error, cursor: this.cursor, backOff }, 'A follower failed; it tries again.')
        await this.#parts.clock.wait(backOff, this.#stop.signal).catch(() => {})
        backOff = Math.min(backOff * 2, longestBackOff)
      }
    }
  }

  /** One batch. False when there is nothing to do. */
  async #turn(): Promise<boolean> {
    const { stream, keeper, batch, read, handle } = this.#parts
    const upTo = stream.head
    if (keeper.position >= upTo) return false
    const items = this.#isOfOthers(keeper.position) ? [] : await read(keeper.position, upTo, batch)
    if (items.length > 0) await handle(items)
    const last = items.at(-1)
    keeper.move(last !== undefined && items.length >= batch ? last.position : upTo)
    this.#tellWaiters()
    return true
  }

  /** True when it is certain, without asking the database, that the facts after `position` bring no item of ours. */
  #isOfOthers(position: Position): boolean {
    const { kinds, stream } = this.#parts
    const facts = kinds && stream.since(position)
    return facts?.every(({ kind }) => !kinds?.includes(kind)) ?? false
  }

  /** Lets news gather, until somebody waits for it. */
  #gather(): Promise<void> {
    const { rest, clock } = this.#parts
    if (rest === undefined || this.#waiters.length > 0 || this.#stop.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = clock.after(rest, () => this.#endRest?.())
      this.#endRest = () => {
        this.#endRest = undefined
        timer.cancel()
        resolve()
      }
    })
  }

  #news(): Promise<void> {
    if (this.#stop.signal.aborted || this.#parts.stream.head > this.cursor) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined
        resolve()
      }
    })
  }

  #tellWaiters(): void {
    if (this.#waiters.length === 0) return
    const cursor = this.cursor
    for (const { position, resolve } of this.#waiters) if (position <= cursor) resolve()
    this.#waiters = this.#waiters.filter(({ position }) => position > cursor)
  }
}

function stopped(): Error {
  return new Error('The follower was stopped before it had come that far.')
}
