// Sessions in memory by the hash of their access token, so that a request costs one SHA-256 and one look-up.
// spec: client-server-api #using-access-tokens

import type { Clock } from '#platform/clock/clock.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { Session } from './session.ts'

/** Some 400 bytes each: 20 MB for a tenant whose 50,000 devices are all awake. */
const CAPACITY = 50_000

/** What another process changed (a logout there) is known here after this at the latest. */
const MAX_AGE = 60_000

export class SessionCache {
  readonly #sessions: BoundedCache<string, Session>
  readonly #tokensOf = new Map<UserId, Set<string>>()
  /** Counts invalidations: what was read before one is not kept after it. */
  #epoch = 0

  constructor(clock: Clock) {
    this.#sessions = new BoundedCache<string, Session>({
      capacity: CAPACITY,
      age: { maxAge: MAX_AGE, clock },
      onLeave: (session, hash) => this.#forgetToken(session.userId, hash),
    })
  }

  get epoch(): number {
    return this.#epoch
  }

  get(hash: string): Session | undefined {
    return this.#sessions.get(hash)
  }

  /** Keeps a session that was read at `epoch`, unless something was invalidated since. */
  keep(hash: string, session: Session, epoch: number): void {
    if (epoch !== this.#epoch) return
    this.#sessions.set(hash, session)
    const tokens = this.#tokensOf.get(session.userId)
    if (tokens === undefined) this.#tokensOf.set(session.userId, new Set([hash]))
    else tokens.add(hash)
  }

  /** Forgets every session of a user. */
  dropUser(userId: UserId): void {
    this.#epoch += 1
    for (const hash of [...(this.#tokensOf.get(userId) ?? [])]) this.#sessions.delete(hash)
  }

  #forgetToken(userId: UserId, hash: string): void {
    const tokens = this.#tokensOf.get(userId)
    if (tokens === undefined) return
    tokens.delete(hash)
    if (tokens.size === 0) this.#tokensOf.delete(userId)
  }
}
