// At most so many acts at once, and no key can starve another: free places go round the waiting keys in turn.

import { BoundedQueue } from './bounded-queue.ts'

export interface FairSemaphoreOptions {
  /** Acts at once, over all keys. */
  readonly places: number
  /** Acts at once of one key; as many as `places` unless told. */
  readonly placesPerKey?: number
  /** Acts that may wait per key; more are refused. */
  readonly waitingPerKey: number
  /** Acts that may wait over all keys; more are refused. */
  readonly waiting: number
}

/** The queue is full: try later, or tell the caller to. */
export class Overloaded extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Overloaded'
  }
}

interface Waiter {
  readonly start: () => void
  gone: boolean
}

interface KeyState {
  running: number
  readonly queue: BoundedQueue<Waiter>
  /** Waiters in the queue that have not gone away. */
  waiting: number
}

export class FairSemaphore {
  readonly #options: Required<FairSemaphoreOptions>
  /** Keys with something running or waiting. The order of those that wait is the order of their turns. */
  readonly #keys = new Map<string, KeyState>()
  readonly #turns = new Set<string>()
  #running = 0
  #waiting = 0

  constructor(options: FairSemaphoreOptions) {
    if (!(options.places >= 1)) throw new RangeError('A semaphore needs at least one place.')
    this.#options = { placesPerKey: options.places, ...options }
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#waiting
  }

  /**
   * Runs `act` when it is its key's turn.
   *
   * Rejects with `Overloaded` at once when too many wait, with the signal's reason when it is aborted while waiting (a running act is
   * the act's own to abort), and else as `act` does.
   */
  async run<Result>(key: string, act: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted()
    const state = this.#stateOf(key)
    if (this.#mayStart(state)) this.#begin(state)
    else await this.#wait(key, state, signal)
    try {
      return await act()
    } finally {
      this.#end(key, state)
    }
  }

  #stateOf(key: string): KeyState {
    const known = this.#keys.get(key)
    if (known) return known
    const state: KeyState = { running: 0, waiting: 0, queue: new BoundedQueue(this.#options.waitingPerKey) }
    this.#keys.set(key, state)
    return state
  }

  #mayStart(state: KeyState): boolean {
    return this.#running < this.#options.places && state.running < this.#options.placesPerKey && state.waiting === 0
  }

  #begin(state: KeyState): void {
    state.running += 1
    this.#running += 1
  }

  #wait(key: string, state: KeyState, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiter.gone = true
        this.#waiting -= 1
        state.waiting -= 1
        this.#forgetIfIdle(key, state)
        reject(signal?.reason)
      }
      const start = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const waiter: Waiter = { start, gone: false }
      if (this.#waiting >= this.#options.waiting || !enqueue(state, waiter)) {
        this.#forgetIfIdle(key, state)
        reject(new Overloaded(`Too many are waiting already (${key}).`))
        return
      }
      state.waiting += 1
      this.#waiting += 1
      this.#turns.add(key)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  #end(key: string, state: KeyState): void {
    state.running -= 1
    this.#running -= 1
    this.#startNext()
    this.#forgetIfIdle(key, state)
  }

  #startNext(): void {
    if (this.#running >= this.#options.places) return
    for (const key of this.#turns) {
      const state = this.#keys.get(key)
      const waiter = state && nextWaiter(state)
      if (state === undefined || waiter === undefined) {
        this.#turns.delete(key)
        continue
      }
      if (state.running >= this.#options.placesPerKey) continue
      state.queue.shift()
      state.waiting -= 1
      this.#waiting -= 1
      this.#begin(state)
      // To the end of the round, so that the next place goes to another key.
      this.#turns.delete(key)
      if (state.waiting > 0) this.#turns.add(key)
      waiter.start()
      return
    }
  }

  #forgetIfIdle(key: string, state: KeyState): void {
    if (state.running > 0 || state.waiting > 0) return
    this.#keys.delete(key)
    this.#turns.delete(key)
  }
}

/** Those who went away leave the queue when their turn comes; a queue full of them is cleaned first. */
function enqueue(state: KeyState, waiter: Waiter): boolean {
  if (state.queue.push(waiter)) return true
  const staying = state.queue.take(state.queue.length).filter((other) => !other.gone)
  for (const other of staying) state.queue.push(other)
  return state.queue.push(waiter)
}

function nextWaiter(state: KeyState): Waiter | undefined {
  for (let waiter = state.queue.peek(); waiter; waiter = state.queue.peek()) {
    if (!waiter.gone) return waiter
    state.queue.shift()
  }
  return undefined
}
