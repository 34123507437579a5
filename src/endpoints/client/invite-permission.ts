// Users may refuse all invites.
// spec: client-server-api/modules/invite_permission.md

import type { Accounts } from '#accounts/accounts.ts'
import { inviteBlocked } from '#protocol/errors/errors.ts'
import { type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { isObject, parseJson, stringAt } from '#protocol/json/json.ts'

/** @throws 403 `M_INVITE_BLOCKED` when one of our users takes no invites. Users of other servers are their servers' concern. */
export async function refuseBlockedInvite(accounts: Accounts, target: UserId, serverName: ServerName): Promise<void> {
  if (serverNameOf(target) !== serverName) return
  const entry = await accounts.accountData.get({ userId: target, type: 'm.invite_permission_config' })
  const config = entry && parseJson(entry.content).ok
  if (isObject(config) && stringAt(config, 'default_action') === 'block') {
    throw inviteBlocked(`${target} does not take invitations. Ask them another way.`)
  }
}
