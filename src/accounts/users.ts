// Local accounts: who exists, and their flags.
// spec: client-server-api #account-registration, #account-moderation

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { Position } from '#platform/stream/stream.ts'
import { notFound } from '#protocol/errors/errors.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { type Account, accountFromRow } from './account.ts'
import type { SessionCache } from './session-cache.ts'
import {
  selectAccount,
  selectAccountChanges,
  selectAccountsAfter,
  selectErased,
  selectGuestsAmong,
  updateAccountFlags,
} from './store/accounts.ts'

export interface AccountFlags {
  readonly isAdmin?: boolean
  readonly isLocked?: boolean
  readonly isSuspended?: boolean
}

export interface AccountChange {
  readonly position: Position
  readonly account: Account
}

/** Accounts of one page, for listings. */
const MAX_PAGE = 1000

/** How long the list of erased users is trusted: one that another process erased is known after that. */
const ERASED_TRUSTED: Milliseconds = 60_000

export class Users {
  readonly #database: Database
  readonly #sessions: SessionCache
  readonly #clock: Clock
  #erased: { readonly users: Promise<ReadonlySet<UserId>>; readonly until: Milliseconds } | undefined

  constructor(parts: { database: Database; sessions: SessionCache; clock: Clock }) {
    this.#database = parts.database
    this.#sessions = parts.sessions
    this.#clock = parts.clock
  }

  /** Undefined: never registered here. A deactivated account is still there. */
  async get(userId: UserId): Promise<Account | undefined> {
    const row = await this.#database.one(selectAccount, userId)
    return row && accountFromRow(row)
  }

  /** Whether the account is there and not deactivated. */
  async isActive(userId: UserId): Promise<boolean> {
    const account = await this.get(userId)
    return account !== undefined && !account.isDeactivated
  }

  /** Users who have asked for erasure, from memory: they are few, and asked for with every page of events. */
  erased(): Promise<ReadonlySet<UserId>> {
    const now = this.#clock.now()
    if (this.#erased && now < this.#erased.until) return this.#erased.users
    const users = this.#readErased()
    const asked = { users, until: now + ERASED_TRUSTED }
    this.#erased = asked
    users.catch(() => {
      if (this.#erased === asked) this.#erased = undefined
    })
    return users
  }

  /** Somebody was erased just now. */
  forgetErased(): void {
    this.#erased = undefined
  }

  async #readErased(): Promise<ReadonlySet<UserId>> {
    return new Set((await this.#database.run(selectErased)).map((row) => row.user_id as UserId))
  }

  /** Which of the users are guests; at most 1,000 are looked at. */
  async guestsAmong(userIds: readonly UserId[]): Promise<UserId[]> {
    const rows = await this.#database.run(selectGuestsAmong, userIds.slice(0, MAX_PAGE))
    return rows.map((row) => row.user_id as UserId)
  }

  /** Accounts by their number, at most 1,000; the last one's `userNumber` is the next `after`. */
  async list(after: number, limit: number): Promise<Account[]> {
    return (await this.#database.run(selectAccountsAfter, after, Math.min(limit, MAX_PAGE))).map(accountFromRow)
  }

  /** Sets flags; those not named stay. Takes effect at the next request. @throws `M_NOT_FOUND` unless the account is active. */
  async setFlags(userId: UserId, flags: AccountFlags): Promise<Account> {
    const row = await this.#database.one(
      updateAccountFlags,
      userId,
      flags.isAdmin ?? null,
      flags.isLocked ?? null,
      flags.isSuspended ?? null,
    )
    if (row === undefined) throw notFound('There is no active account with this user ID on this server.')
    this.#sessions.dropUser(userId)
    return accountFromRow(row)
  }

  /** Deactivations in (after, upTo], in order: for followers. An account that changes again moves on to its latest position. */
  async changes(after: Position, upTo: Position, limit: number): Promise<AccountChange[]> {
    const rows = await this.#database.run(selectAccountChanges, after, upTo, limit)
    return rows.map((row) => ({ position: row.position, account: accountFromRow(row) }))
  }
}
