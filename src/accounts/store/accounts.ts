// The account table: who exists on this server.
// spec: client-server-api #account-registration, #account-moderation

import { statement } from '#platform/database/database.ts'
import type { Writer } from '#platform/stream/stream.ts'

export interface AccountRow {
  readonly user_number: number
  readonly user_id: string
  readonly password_hash: string | null
  readonly is_guest: boolean
  readonly is_admin: boolean
  readonly is_locked: boolean
  readonly is_suspended: boolean
  readonly is_deactivated: boolean
  readonly is_erased: boolean
  readonly created_at: number
}

const columns = `user_number, user_id, password_hash, is_guest, is_admin, is_locked, is_suspended, is_deactivated, is_erased, created_at`

/** Claims a user ID; no row when it is taken. */
export const insertAccount = statement<[string, string | null, boolean, boolean, number], AccountRow>(
  'accounts.insert_account',
  `insert into account (user_id, password_hash, is_guest, is_admin, created_at)
   values ($1, $2, $3, $4, $5)
   on conflict (user_id) do nothing
   returning ${columns}`,
)

export const selectAccount = statement<[string], AccountRow>(
  'accounts.select_account',
  `select ${columns} from account where user_id = $1`,
)

/** Pages through all accounts in the order of their numbers. */
export const selectAccountsAfter = statement<[number, number], AccountRow>(
  'accounts.select_accounts_after',
  `select ${columns} from account where user_number > $1 order by user_number limit $2`,
)

export const selectErased = statement<[], { user_id: string }>(
  'accounts.select_erased',
  'select user_id from account where is_erased',
)

/** Which of the users are guests. */
export const selectGuestsAmong = statement<[readonly string[]], { user_id: string }>(
  'accounts.select_guests_among',
  'select user_id from account where user_id = any($1::text[]) and is_guest and not is_deactivated',
)

/** A deactivated account takes no password any more. */
export const updatePasswordHash = statement<[string, string | null]>(
  'accounts.update_password_hash',
  'update account set password_hash = $2 where user_id = $1 and not is_deactivated',
)

/** Replaces the hash only if it is still the one that was verified, so that a rehash cannot undo a password change. */
export const replacePasswordHash = statement<[string, string, string]>(
  'accounts.replace_password_hash',
  'update account set password_hash = $3 where user_id = $1 and password_hash = $2',
)

/** Makes a guest an ordinary user, once. */
export const upgradeGuest = statement<[string, string], AccountRow>(
  'accounts.upgrade_guest',
  `update account set is_guest = false, password_hash = $2
    where user_id = $1 and is_guest and not is_deactivated
   returning ${columns}`,
)

/** Flags: null leaves one as it is. Admin, locked, suspended. */
export const updateAccountFlags = statement<[string, boolean | null, boolean | null, boolean | null], AccountRow>(
  'accounts.update_account_flags',
  `update account
      set is_admin = coalesce($2, is_admin),
          is_locked = coalesce($3, is_locked),
          is_suspended = coalesce($4, is_suspended)
    where user_id = $1 and not is_deactivated
   returning ${columns}`,
)

export interface AccountChangeRow extends AccountRow {
  readonly position: number
}

/** Accounts whose latest followed change lies in (after, upTo], in order. */
export const selectAccountChanges = statement<[number, number, number], AccountChangeRow>(
  'accounts.select_account_changes',
  `select ${columns}, position from account
    where position > $1 and position <= $2
    order by position
    limit $3`,
)

export interface Deactivation {
  readonly userId: string
  readonly erase: boolean
}

/** Takes the password away for good. Erasure, once asked for, stays. */
export const deactivateAccount: Writer<Deactivation> = {
  name: 'accounts.deactivate_account',
  rank: 200,
  text: `update account
            set is_deactivated = true, is_erased = account.is_erased or x.erase, password_hash = null, position = x.position
           from unnest($1::text[], $2::boolean[], $3::bigint[]) as x (user_id, erase, position)
          where account.user_id = x.user_id`,
  columns: ({ userId, erase }, position) => [userId, erase, position],
  key: ({ userId }) => userId,
}
