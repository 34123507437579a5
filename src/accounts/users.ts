// Local accounts: who exists, and their flags.
// spec: client-server-api #account-registration, #account-moderation

import type { Database } from '#platform/database/database.ts'
import type { Position } from '#platform/stream/stream.ts'
import { notFound } from '#protocol/errors/errors.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { type Account, accountFromRow } from './account.ts'
import type { SessionCache } from './session-cache.ts'
import { selectAccount, selectAccountChanges, selectAccountsAfter, updateAccountFlags } from './store/accounts.ts'

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

export class Users {
  readonly #database: Database
  readonly #sessions: SessionCache

  constructor(parts: { database: Database; sessions: SessionCache }) {
    this.#database = parts.database
    this.#sessions = parts.sessions
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
