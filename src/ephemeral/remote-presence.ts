// Presence that other servers tell us of: who of their users concerns ours, and what is news of them.
// spec: server-server-api #presence

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import { type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { looksSame, type PresenceState, presenceFromRow, readPresence } from './presence-state.ts'
import type { RoomsAround } from './rooms-around.ts'
import { selectPresence } from './store/presence.ts'

/** Users of other servers of whom nothing was heard this long are gone: servers say again what lasts. */
export const SILENT_AFTER: Milliseconds = 30 * 60_000
/** Users of other servers of whom it is remembered whether they share a room with ours. */
const KNOWN_REMOTES = 50_000
const REMEMBER_REMOTE: Milliseconds = 10 * 60_000

export interface RemotePresenceParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly clock: Clock
  readonly rooms: RoomsAround
}

export class RemotePresence {
  readonly #parts: RemotePresenceParts
  readonly #concernsUs: BoundedCache<UserId, boolean>

  constructor(parts: RemotePresenceParts) {
    this.#parts = parts
    this.#concernsUs = new BoundedCache({
      capacity: KNOWN_REMOTES,
      age: { maxAge: REMEMBER_REMOTE, clock: parts.clock },
    })
  }

  /** Somebody has joined a room: who was a stranger may be one no more. */
  joined(userId: UserId): void {
    if (serverNameOf(userId) === this.#parts.serverName) this.#concernsUs.clear()
    else this.#concernsUs.delete(userId)
  }

  /** What an `m.presence` EDU says of users of `origin` who are in a room with one of ours, and is another than before, or was said long ago. */
  async newsOf(origin: ServerName, content: JsonObject): Promise<PresenceState[]> {
    const now = this.#parts.clock.now()
    const states: PresenceState[] = []
    for (const state of readPresence(origin, content, now)) {
      if (await this.#isOfConcern(state.userId)) states.push(state)
    }
    if (states.length === 0) return []
    const rows = await this.#parts.database.run(
      selectPresence,
      states.map((state) => state.userId),
    )
    const present = new Map(rows.map((row) => [row.user_id, row]))
    const stale = now - SILENT_AFTER / 6
    return states.filter((state) => {
      const row = present.get(state.userId)
      return row === undefined || row.updated_ts < stale || !looksSame(presenceFromRow(row), state)
    })
  }

  async #isOfConcern(userId: UserId): Promise<boolean> {
    const known = this.#concernsUs.get(userId)
    if (known !== undefined) return known
    const isOfConcern = (await this.#parts.rooms.localUsersSharingRoomsWith(userId)).length > 0
    this.#concernsUs.set(userId, isOfConcern)
    return isOfConcern
  }
}
