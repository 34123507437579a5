// Makes an account, with its profile.
// spec: client-server-api #legacy-account-registration; modules/guest_access

import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { userInUse } from '#protocol/errors/errors.ts'
import { localpartOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { type Account, accountFromRow } from './account.ts'
import type { Passwords } from './passwords.ts'
import type { Profiles } from './profiles.ts'
import { insertAccount } from './store/accounts.ts'

export interface NewAccount {
  readonly userId: UserId
  /** Undefined: an account that cannot log in with a password. */
  readonly password: string | undefined
  readonly isGuest?: boolean
  readonly isAdmin?: boolean
  /** The localpart unless told. */
  readonly displayName?: string
}

export interface CreateAccountParts {
  readonly database: Database
  readonly clock: Clock
  readonly passwords: Passwords
  readonly profiles: Profiles
}

/** @throws `M_USER_IN_USE` when the user ID is or ever was taken. */
export async function createAccount(wanted: NewAccount, parts: CreateAccountParts): Promise<Account> {
  const { userId, password, isGuest = false, isAdmin = false } = wanted
  const hash = password === undefined ? null : await parts.passwords.hash(password)
  const row = await parts.database.one(insertAccount, userId, hash, isGuest, isAdmin, parts.clock.now())
  if (row === undefined) throw takenUserId()
  // The account is claimed and its profile follows: should we stop between, it only has no display name.
  await parts.profiles.setField(userId, 'displayname', wanted.displayName ?? localpartOf(userId))
  return accountFromRow(row)
}

export const takenUserId = () => userInUse('This username is taken. Choose another one.')
