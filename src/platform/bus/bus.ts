// Wake-ups between the parts of a server: "something new on this subject". It carries no facts: whoever is woken reads the database, so
// a lost or doubled wake-up costs at most latency. In one process it is this; over several machines the same interface on NATS.
// spec: docs/architecture.md §4, §7

import type { Log } from '#platform/log/log.ts'

/** Called once for any number of wake-ups that came together. `hint`: the last one's; may be missing, may be old. */
export type Wake = (hint: string | undefined) => void

export interface Bus {
  /** Wakes the subscribers of `subject`, soon, not at once. Never fails, never waits. */
  publish(subject: string, hint?: string): void
  /** Returns the way to unsubscribe. Subscribe first, then read what is there. */
  subscribe(subject: string, wake: Wake): () => void
  /** Wake-ups that are under way are lost. */
  close(): void
}

/** A bus within this process. Bounded by its subscriptions: at most one wake-up waits per subject that somebody listens to. */
export function createLocalBus(parts: { readonly log: Log }): Bus {
  return new LocalBus(parts.log)
}

class LocalBus implements Bus {
  readonly #log: Log
  readonly #subscribers = new Map<string, Set<Wake>>()
  readonly #pending = new Map<string, string | undefined>()
  #delivery: NodeJS.Immediate | undefined

  constructor(log: Log) {
    this.#log = log
  }

  publish(subject: string, hint?: string): void {
    if (!this.#subscribers.has(subject)) return
    this.#pending.set(subject, hint)
    this.#delivery ??= setImmediate(() => this.#deliver())
  }

  subscribe(subject: string, wake: Wake): () => void {
    // Wrapped, so that the same function may subscribe twice and leave once.
    const own: Wake = (hint) => wake(hint)
    const wakes = this.#subscribers.get(subject) ?? new Set()
    this.#subscribers.set(subject, wakes.add(own))
    return () => {
      wakes.delete(own)
      if (wakes.size === 0 && this.#subscribers.get(subject) === wakes) this.#subscribers.delete(subject)
    }
  }

  close(): void {
    if (this.#delivery !== undefined) clearImmediate(this.#delivery)
    this.#pending.clear()
    this.#subscribers.clear()
  }

  #deliver(): void {
    this.#delivery = undefined
    const pending = [...this.#pending]
    this.#pending.clear()
    for (const [subject, hint] of pending) {
      for (const wake of [...(this.#subscribers.get(subject) ?? [])]) this.#wake(wake, subject, hint)
    }
  }

  #wake(wake: Wake, subject: string, hint: string | undefined): void {
    try {
      wake(hint)
    } catch (error) {
      this.#log.error({ error, subject }, 'A subscriber failed when it was woken.')
    }
  }
}
