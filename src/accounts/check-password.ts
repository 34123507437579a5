// Whether a password is an account's: one answer, and one time, for a wrong password and for nobody.
// spec: client-server-api #legacy-login, #password-based, #identifier-types

import type { Database } from '#platform/database/database.ts'
import type { RateLimiter } from '#platform/limits/limits.ts'
import { badJson, forbidden, limitExceeded, missingParam, unknown } from '#protocol/errors/errors.ts'
import type { ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, objectAt, stringAt } from '#protocol/json/json.ts'
import { ownerOfEmail } from './emails.ts'
import type { Passwords } from './passwords.ts'
import { type AccountRow, replacePasswordHash, selectAccount } from './store/accounts.ts'
import { accountsMeant } from './usernames.ts'

export interface CheckPasswordParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly passwords: Passwords
  /** Attempts per account, class `password`, whoever tries from wherever. */
  readonly attempts: RateLimiter<'password'>
}

/** The accounts that an identifier may mean, best first; none for an address that nobody has, or another kind of address than e-mail. */
export async function accountsIdentified(
  given: JsonObject,
  { serverName, database }: Pick<CheckPasswordParts, 'serverName' | 'database'>,
): Promise<readonly UserId[]> {
  const identifier = objectAt(given, 'identifier')
  if (identifier === undefined) {
    const user = stringAt(given, 'user')
    if (user !== undefined) return accountsMeant(user, serverName)
    if (stringAt(given, 'medium') !== undefined) return ownersOf(given, database)
    throw missingParam('Say whose account it is: "identifier" with type m.id.user and "user".')
  }
  const type = stringAt(identifier, 'type')
  if (type === 'm.id.phone') return []
  // The specification's own example of a login by email has no type.
  const isAddress = type === 'm.id.thirdparty' || (type === undefined && stringAt(identifier, 'medium') !== undefined)
  if (isAddress) return ownersOf(identifier, database)
  if (type !== 'm.id.user') throw unknown('This type of identifier is not known. Use m.id.user or m.id.thirdparty.')
  const user = stringAt(identifier, 'user')
  if (user === undefined) throw badJson('An identifier of type m.id.user has "user", a string.')
  return accountsMeant(user, serverName)
}

async function ownersOf(identifier: JsonObject, database: Database): Promise<readonly UserId[]> {
  const address = stringAt(identifier, 'address')
  if (stringAt(identifier, 'medium') !== 'email' || address === undefined) return []
  const owner = await ownerOfEmail(address, database)
  return owner === undefined ? [] : [owner]
}

/** The account that an identifier means: the first that is there. */
export async function accountIdentified(given: JsonObject, parts: CheckPasswordParts): Promise<AccountRow | undefined> {
  for (const userId of await accountsIdentified(given, parts)) {
    const row = await parts.database.one(selectAccount, userId)
    if (row !== undefined) return row
  }
  return undefined
}

/** @throws 429 after too many attempts on one account. */
export async function isPasswordOf(
  row: AccountRow | undefined,
  password: string,
  parts: CheckPasswordParts,
): Promise<boolean> {
  const wait = row === undefined ? 0 : parts.attempts.take(row.user_id, 'password')
  if (wait > 0) throw limitExceeded(wait)
  const hash = row === undefined || row.is_deactivated ? undefined : (row.password_hash ?? undefined)
  const matches = await parts.passwords.verify(hash, password)
  if (matches && row && hash !== undefined && parts.passwords.isOutdated(hash)) {
    await parts.database.run(replacePasswordHash, row.user_id, hash, await parts.passwords.hash(password))
  }
  return matches
}

export const wrongPassword = () =>
  forbidden('accounts/wrong-password', 'The username or the password is wrong. Check both and try again.')
