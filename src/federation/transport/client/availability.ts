// Who is away. A dead server costs one bounded wait; after that everyone knows, until it is tried again or shows life by itself.
// spec: server-server-api #transactions (retrying is left to the server)

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import type { Log } from '#platform/log/log.ts'
import type { Random } from '#platform/random/random.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { clearBackoff, loadBackoffs, saveBackoff } from '../store/destination-backoff.ts'

export interface BackoffOptions {
  /** Pause after the first failure; doubles with each one more. */
  readonly first: Milliseconds
  readonly max: Milliseconds
}

export interface AvailabilityParts {
  readonly database: Database
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly backoff: BackoffOptions
}

interface Away {
  readonly failures: number
  readonly since: Milliseconds
  readonly retryAt: Milliseconds
  /** Someone is trying right now: the others wait for what comes of it. */
  probe: PromiseWithResolvers<void> | undefined
}

/** What `admit` says: go on (and tell `report` what came of it), or when to try again. */
export type Admission = { readonly go: true } | { readonly go: false; readonly retryAt: Milliseconds }

/** Servers away at once that are remembered; a forgotten one costs one more wait. 200 bytes each. */
const MAX_AWAY = 10_000

export class Availability {
  readonly #parts: AvailabilityParts
  readonly #away = new BoundedCache<ServerName, Away>({
    capacity: MAX_AWAY,
    // Nobody must wait for a probe that is no longer known.
    onLeave: (away) => away.probe?.resolve(),
  })
  readonly #listeners = new Set<(server: ServerName) => void>()
  readonly #writes = new Set<Promise<unknown>>()
  #loading: Promise<void> | undefined
  #loaded = false

  constructor(parts: AvailabilityParts) {
    this.#parts = parts
  }

  /**
   * May the server be asked? Waits while another caller tries a server that was away. `evenIfAway`: a person is waiting, so the pause
   * is skipped.
   */
  async admit(server: ServerName, evenIfAway: boolean, signal?: AbortSignal): Promise<Admission> {
    if (!this.#loaded) await this.#load()
    for (;;) {
      signal?.throwIfAborted()
      const away = this.#away.get(server)
      if (away === undefined || evenIfAway) return { go: true }
      if (away.retryAt > this.#parts.clock.now()) return { go: false, retryAt: away.retryAt }
      if (away.probe === undefined) {
        away.probe = Promise.withResolvers<void>()
        return { go: true }
      }
      // Bounded: whoever probes has a timeout, and reports in every case.
      await away.probe.promise
    }
  }

  /** What came of a request that was admitted. `unclear`: it ended for reasons of our own. `keep`: also over a restart. */
  report(server: ServerName, result: 'alive' | 'away' | 'unclear', keep = true): void {
    const before = this.#away.get(server)
    if (result === 'alive') this.markAlive(server)
    else if (result === 'away') this.#markAway(server, before, keep)
    else if (before?.probe) this.#endProbe(before)
  }

  /** The server has shown life: a request from it, or an answer. */
  markAlive(server: ServerName): void {
    if (!this.#loaded) {
      // What is still on disk must not outlive this sign of life.
      void this.#load().then(() => this.markAlive(server))
      return
    }
    const away = this.#away.peek(server)
    if (away === undefined) return
    this.#away.delete(server)
    this.#write(this.#parts.database.run(clearBackoff, server))
    this.#parts.log.info({ destination: server, failures: away.failures }, 'A server is back.')
    for (const listener of this.#listeners) listener(server)
  }

  awayUntil(server: ServerName): Milliseconds | undefined {
    const retryAt = this.#away.peek(server)?.retryAt
    return retryAt !== undefined && retryAt > this.#parts.clock.now() ? retryAt : undefined
  }

  onAlive(listener: (server: ServerName) => void): () => void {
    // A function of its own, so that one listener registered twice is called twice and leaves once.
    const own = (server: ServerName) => listener(server)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    this.#listeners.clear()
    await Promise.all(this.#writes)
  }

  #markAway(server: ServerName, before: Away | undefined, keep: boolean): void {
    const now = this.#parts.clock.now()
    // Requests that were under way together fail together: that is one failure.
    if (before && before.retryAt > now) return
    const failures = (before?.failures ?? 0) + 1
    const { first, max } = this.#parts.backoff
    // 2^20 times anything is beyond every maximum. Jitter only shortens, so that `max` is kept.
    const pause = Math.min(max, first * 2 ** Math.min(failures - 1, 20)) * (0.75 + 0.25 * this.#parts.random.fraction())
    const away: Away = { failures, since: before?.since ?? now, retryAt: Math.ceil(now + pause), probe: undefined }
    this.#away.set(server, away)
    if (before) this.#endProbe(before)
    if (keep) this.#write(this.#parts.database.run(saveBackoff, server, away.failures, away.since, away.retryAt))
    if (before === undefined) this.#parts.log.info({ destination: server, retryAt: away.retryAt }, 'A server is away.')
  }

  #endProbe(away: Away): void {
    away.probe?.resolve()
    away.probe = undefined
  }

  #load(): Promise<void> {
    this.#loading ??= this.#read().finally(() => {
      this.#loaded = true
    })
    return this.#loading
  }

  async #read(): Promise<void> {
    try {
      const rows = await this.#parts.database.run(loadBackoffs, MAX_AWAY)
      for (const row of rows) {
        const server = row.server_name as ServerName
        this.#away.set(server, {
          failures: row.failures,
          since: row.away_since,
          retryAt: row.retry_at,
          probe: undefined,
        })
      }
    } catch (error) {
      // Without the memory of the last run, each dead server costs one wait: no reason to stop federating.
      this.#parts.log.warn({ error }, 'Could not read which servers are away.')
    }
  }

  #write(writing: Promise<unknown>): void {
    const tracked = writing
      .catch((error: unknown) => this.#parts.log.warn({ error }, 'Could not write which servers are away.'))
      .finally(() => this.#writes.delete(tracked))
    this.#writes.add(tracked)
  }
}
