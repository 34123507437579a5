// Whom users of other servers may invite. An invite by somebody whom the user ignores is taken, and hidden by sync: the sender must not learn
// that they are ignored.
// spec: client-server-api/modules/invite_permission.md, ignore_users.md; server-server-api, PUT /_matrix/federation/v2/invite (403)

import { forbidden, inviteBlocked } from '#protocol/errors/errors.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { isObject, parseJson, stringAt } from '#protocol/json/json.ts'

/** The part of `accounts` that is asked. */
export interface InvitedAccounts {
  readonly users: { isActive(userId: UserId): Promise<boolean> }
  readonly accountData: {
    get(key: { readonly userId: UserId; readonly type: string }): Promise<{ readonly content: string } | undefined>
  }
}

/** @throws 403 `M_FORBIDDEN` for nobody and for accounts that ended, `M_INVITE_BLOCKED` for those who want no invites. */
export async function permitInvite(accounts: InvitedAccounts, invited: UserId, inviter: UserId): Promise<void> {
  if (!(await accounts.users.isActive(invited))) {
    throw forbidden('invite/no-such-user', `${invited} is nobody whom ${inviter} could invite. Check the address.`)
  }
  const config = await accounts.accountData.get({ userId: invited, type: 'm.invite_permission_config' })
  const content = config && parseJson(config.content).ok
  if (isObject(content) && stringAt(content, 'default_action') === 'block') {
    throw inviteBlocked(`${invited} does not accept invitations.`)
  }
}
