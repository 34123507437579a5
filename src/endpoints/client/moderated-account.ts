// The account that an administrator looks at or acts upon. Who asks is checked before it is looked for, so that nobody can try names.
// spec: modules/admin (lock, suspend; since v1.18)

import { type Account, type Accounts, refuseUnlessAdmin, type Session } from '#accounts/accounts.ts'
import { forbidden, invalidParam, notFound } from '#protocol/errors/errors.ts'
import { type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'

/** @throws 403 unless the caller is an administrator and the account is neither an administrator's nor their own; 400 for another server's user; 404. */
export async function moderatedAccount(
  { session, userId, serverName }: { session: Session; userId: UserId; serverName: ServerName },
  accounts: Accounts,
): Promise<Account> {
  refuseUnlessAdmin(session)
  if (serverNameOf(userId) !== serverName)
    throw invalidParam('This user belongs to another server. Ask its administrators.')
  if (userId === session.userId)
    throw forbidden('accounts/own-account', 'Ask another administrator to do this with your account.')
  const account = await accounts.users.get(userId)
  if (account === undefined || account.isDeactivated) throw notFound('There is no active account with this user ID.')
  if (account.isAdmin) throw forbidden('accounts/admin-account', 'This is an administrator. Take that role away first.')
  return account
}
