// A new password. The other devices are logged out, unless the user wants to keep them.
// spec: client-server-api #password-management

import type { Database } from '#platform/database/database.ts'
import { type DeviceId, localpartOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { Devices } from './devices.ts'
import type { Passwords } from './passwords.ts'
import type { ShortTokens } from './short-tokens.ts'
import { updatePasswordHash } from './store/accounts.ts'

export interface ChangePasswordParts {
  readonly database: Database
  readonly passwords: Passwords
  readonly devices: Devices
  readonly shortTokens: ShortTokens
}

export interface PasswordChange {
  readonly userId: UserId
  readonly password: string
  /** Log out every device but `keep`. */
  readonly logoutDevices: boolean
  readonly keep?: DeviceId
}

/** @throws `M_WEAK_PASSWORD`, `M_INVALID_PARAM`. */
export async function changePassword(change: PasswordChange, parts: ChangePasswordParts): Promise<void> {
  const { userId, password } = change
  parts.passwords.refuseWeak(password, localpartOf(userId))
  await parts.database.run(updatePasswordHash, userId, await parts.passwords.hash(password))
  await parts.shortTokens.endLoginTokens(userId)
  if (change.logoutDevices) await parts.devices.deleteAll(userId, change.keep)
}
