// A new password for somebody who has forgotten the old one, proved by the mails of an address of the account.
// spec: client-server-api, POST /_matrix/client/v3/account/password (without an access token)

import { missingToken, threepidNotFound } from '#protocol/errors/errors.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { type ChangePasswordParts, changePassword } from './change-password.ts'
import type { EmailProofs } from './email-proofs.ts'
import type { InteractiveAuthentication } from './interactive-authentication.ts'

/** The operation that the stage of e-mail is asked for. */
export const RESET = 'resetPassword'

export interface PasswordReset {
  /** The whole body, with `auth`. */
  readonly body: JsonObject
  readonly password: string
  readonly logoutDevices: boolean
}

/** @throws the 401 of user-interactive authentication; `M_MISSING_TOKEN` without mails, `M_WEAK_PASSWORD`, `M_THREEPID_NOT_FOUND`. */
export async function resetPassword(
  { body, password, logoutDevices }: PasswordReset,
  parts: ChangePasswordParts & { readonly proofs: EmailProofs; readonly interactive: InteractiveAuthentication },
): Promise<void> {
  const { proofs, interactive } = parts
  if (!proofs.areOffered) {
    throw missingToken('Log in to change the password, or ask the administrators of your server.')
  }
  const flows = [['m.login.email.identity']]
  const passed = await interactive.require({ body, operation: RESET, flows, session: undefined })
  const sid = passed.get('m.login.email.identity') ?? ''
  const userId = await proofs.ownerOf(sid)
  if (userId === undefined)
    throw threepidNotFound('No account has this address any more. Ask the administrators for help.')
  await changePassword({ userId, password, logoutDevices }, parts)
  // Only now: a password that was too weak is tried again with the same proof.
  await proofs.forget(sid)
}
