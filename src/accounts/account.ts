// An account as other modules see it: never its password.
// spec: client-server-api #account-registration, #account-moderation

import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { AccountRow } from './store/accounts.ts'

export interface Account {
  readonly userNumber: number
  readonly userId: UserId
  readonly hasPassword: boolean
  readonly isGuest: boolean
  readonly isAdmin: boolean
  readonly isLocked: boolean
  readonly isSuspended: boolean
  readonly isDeactivated: boolean
  /** The user asked for erasure at deactivation. */
  readonly isErased: boolean
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export const accountFromRow = (row: AccountRow): Account => ({
  userNumber: row.user_number,
  userId: row.user_id as UserId,
  hasPassword: row.password_hash !== null,
  isGuest: row.is_guest,
  isAdmin: row.is_admin,
  isLocked: row.is_locked,
  isSuspended: row.is_suspended,
  isDeactivated: row.is_deactivated,
  isErased: row.is_erased,
  createdAt: row.created_at,
})
