// Whom a user ignores, read from memory: sync, push and invites ask for every event.
// spec: modules/ignore_users

import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import type { Stream } from '#platform/stream/stream.ts'
import { parseUserId, type UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, objectAt } from '#protocol/json/json.ts'
import { selectAccountData, selectAccountDataOfUsers } from './store/account-data.ts'

const TYPE = 'm.ignored_user_list'

/** Ignored users over all cached lists, and one for each list: some 10 MB. */
const CAPACITY = 100_000

/** Another process's change is known here after this at the latest. */
const MAX_AGE = 60_000

const nobody: ReadonlySet<UserId> = new Set()

export class IgnoredUsers {
  readonly #database: Database
  readonly #lists: BoundedCache<UserId, ReadonlySet<UserId>>
  #epoch = 0
  readonly #stop: () => void

  constructor(parts: { database: Database; stream: Stream; clock: Clock }) {
    this.#database = parts.database
    this.#lists = new BoundedCache<UserId, ReadonlySet<UserId>>({
      capacity: CAPACITY,
      weigh: (list) => list.size + 1,
      age: { maxAge: MAX_AGE, clock: parts.clock },
    })
    this.#stop = parts.stream.onCommit((facts) => {
      for (const fact of facts) {
        if (fact.kind === 'account-data' && fact.room === undefined && fact.user !== undefined) {
          this.#forget(fact.user as UserId)
        }
      }
    })
  }

  /** Those whom a user ignores. Never the user themself. */
  async of(userId: UserId): Promise<ReadonlySet<UserId>> {
    const cached = this.#lists.get(userId)
    if (cached !== undefined) return cached
    const epoch = this.#epoch
    const row = await this.#database.one(selectAccountData, userId, '', TYPE)
    const list = row === undefined ? nobody : ignoredIn(JSON.parse(row.content) as JsonObject, userId)
    if (epoch === this.#epoch) this.#lists.set(userId, list)
    return list
  }

  /** As `of`, for many, in at most one query. Only those who ignore anybody are in the answer. */
  async ofMany(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, ReadonlySet<UserId>>> {
    const found = new Map<UserId, ReadonlySet<UserId>>()
    const missing: UserId[] = []
    for (const userId of userIds) {
      const cached = this.#lists.get(userId)
      if (cached === undefined) missing.push(userId)
      else if (cached.size > 0) found.set(userId, cached)
    }
    if (missing.length === 0) return found
    const epoch = this.#epoch
    const rows = await this.#database.run(selectAccountDataOfUsers, missing, TYPE)
    const contents = new Map(rows.map((row) => [row.user_id, row.content]))
    for (const userId of missing) {
      const content = contents.get(userId)
      const list = content === undefined ? nobody : ignoredIn(JSON.parse(content) as JsonObject, userId)
      if (epoch === this.#epoch) this.#lists.set(userId, list)
      if (list.size > 0) found.set(userId, list)
    }
    return found
  }

  stop(): void {
    this.#stop()
  }

  #forget(userId: UserId): void {
    this.#epoch += 1
    this.#lists.delete(userId)
  }
}

/** What the client wrote may have any shape: what is no user ID ignores nobody. */
function ignoredIn(content: JsonObject, self: UserId): ReadonlySet<UserId> {
  const listed = objectAt(content, 'ignored_users') ?? {}
  const users = Object.keys(listed).flatMap((text) => parseUserId(text) ?? [])
  return new Set(users.filter((userId) => userId !== self))
}
