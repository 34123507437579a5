// Stored filters. A user's same filter is stored once, so clients may upload theirs at every start.
// spec: client-server-api #filtering

import { createHash } from 'node:crypto'
import { type Database, isUniqueViolation } from '#platform/database/database.ts'
import { forbidden, notFound, tooLarge } from '#protocol/errors/errors.ts'
import { parseSyncFilter } from '#protocol/event-filter/event-filter.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'
import { selectFilter, storeFilter } from './store/filters.ts'
import type { UserTurns } from './user-turns.ts'

/** A filter that names some thousand rooms or senders. */
const MAX_FILTER_BYTES = 64 * 1024
/** Clients use a handful each, and the same ones again. */
const MAX_FILTERS = 1000
/** Against another process that stores a filter of the same user at the same moment. */
const MAX_TRIES = 5

export class Filters {
  readonly #database: Database
  readonly #turns: UserTurns

  constructor(parts: { database: Database; turns: UserTurns }) {
    this.#database = parts.database
    this.#turns = parts.turns
  }

  /**
   * Stores a filter.
   *
   * @returns its ID, decimal digits. @throws `M_BAD_JSON` for what is no filter, `M_TOO_LARGE`; 403 over 1,000 filters.
   */
  async define(userId: UserId, filter: JsonObject): Promise<string> {
    parseSyncFilter(filter)
    return this.#turns.run(userId, async () => {
      const content = JSON.stringify(filter)
      if (!fitsIn(content, MAX_FILTER_BYTES)) throw tooLarge(`A filter has at most ${MAX_FILTER_BYTES / 1024} KiB.`)
      const hash = createHash('sha256').update(content).digest('base64url')
      for (let tries = 1; ; tries += 1) {
        try {
          const row = await this.#database.one(storeFilter, userId, hash, content, MAX_FILTERS)
          if (row !== undefined) return String(row.filter_id)
          throw forbidden('accounts/too-many-filters', `You have ${MAX_FILTERS} filters. Use one of them.`)
        } catch (error) {
          if (!isUniqueViolation(error) || tries === MAX_TRIES) throw error
        }
      }
    })
  }

  /** @throws `M_NOT_FOUND` for an ID that this user never got. */
  async get(userId: UserId, filterId: string): Promise<JsonObject> {
    const number = /^\d{1,9}$/.test(filterId) ? Number(filterId) : undefined
    const row = number === undefined ? undefined : await this.#database.one(selectFilter, userId, number)
    if (row === undefined) throw notFound('There is no filter with this ID. Upload the filter again.')
    return JSON.parse(row.content) as JsonObject
  }
}
