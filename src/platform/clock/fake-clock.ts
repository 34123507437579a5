// Time that a test turns by hand.

import type { Clock, Milliseconds, Timer } from './clock-contract.ts'

interface Due {
  at: Milliseconds
  readonly order: number
  readonly act: () => void
}

/** 1 January 2026, 00:00 UTC: a plausible now for code that compares with dates. */
const START = Date.UTC(2026, 0, 1)

/** Turns of the event loop given to promises and I/O callbacks between timers. Enough for a chain of some awaits; a test that waits for a socket waits for the socket. */
const TURNS = 3

export class FakeClock implements Clock {
  #now: Milliseconds
  #order = 0
  readonly #due = new Set<Due>()

  constructor(start: Milliseconds = START) {
    this.#now = start
  }

  now(): Milliseconds {
    return this.#now
  }

  after(delay: Milliseconds, act: () => void): Timer {
    this.#order += 1
    const due: Due = { at: this.#now + Math.max(0, delay), order: this.#order, act }
    this.#due.add(due)
    return { cancel: () => void this.#due.delete(due) }
  }

  wait(delay: Milliseconds, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason)
        return
      }
      const abort = () => {
        timer.cancel()
        reject(signal?.reason)
      }
      const timer = this.after(delay, () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      })
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** Timers that are waiting: a test can wait until the code under test has set one. */
  get pending(): number {
    return this.#due.size
  }

  /** When the earliest timer is due; undefined when none is. */
  get nextDue(): Milliseconds | undefined {
    return this.#earliest(Number.POSITIVE_INFINITY)?.at
  }

  /**
   * Moves time on by `ms`, and calls what falls due on the way, in order of time, then of asking. Between two calls, promises
   * are let run, so that what the first one starts is there before the second.
   */
  async advance(ms: Milliseconds): Promise<void> {
    const end = this.#now + ms
    await letPromisesRun()
    for (let due = this.#earliest(end); due; due = this.#earliest(end)) {
      this.#call(due)
      await letPromisesRun()
    }
    this.#now = Math.max(this.#now, end)
    await letPromisesRun()
  }

  /** As `advance`, but without letting promises run: for code that is synchronous. */
  advanceNow(ms: Milliseconds): void {
    const end = this.#now + ms
    for (let due = this.#earliest(end); due; due = this.#earliest(end)) this.#call(due)
    this.#now = Math.max(this.#now, end)
  }

  /** Sets the wall clock, also backwards, as an operator may. Timers keep their distance, as a machine's do. */
  setNow(now: Milliseconds): void {
    const shift = now - this.#now
    const moved = [...this.#due]
    this.#due.clear()
    this.#now = now
    for (const due of moved) {
      due.at += shift
      this.#due.add(due)
    }
  }

  #call(due: Due): void {
    this.#due.delete(due)
    this.#now = Math.max(this.#now, due.at)
    due.act()
  }

  #earliest(until: Milliseconds): Due | undefined {
    let first: Due | undefined
    for (const due of this.#due) {
      if (due.at > until) continue
      if (first === undefined || due.at < first.at || (due.at === first.at && due.order < first.order)) first = due
    }
    return first
  }
}

async function letPromisesRun(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise(setImmediate)
}
