// The stages of user-interactive authentication that this server knows.
// spec: client-server-api #authentication-types

import { forbidden, MatrixError } from '#protocol/errors/errors.ts'
import { stringAt } from '#protocol/json/json.ts'
import { accountIdentified, accountsIdentified, type CheckPasswordParts, isPasswordOf } from './check-password.ts'
import type { Stage } from './interactive-authentication.ts'
import type { RegistrationTokens } from './registration-tokens.ts'

export function stages(parts: CheckPasswordParts, tokens: RegistrationTokens): ReadonlyMap<string, Stage> {
  return new Map<string, Stage>([
    ['m.login.dummy', async () => ({ passed: true })],
    ['m.login.password', passwordStage(parts)],
    ['m.login.registration_token', registrationTokenStage(tokens)],
  ])
}

/** The caller's own password. Somebody else's, even if right, is refused outright. */
const passwordStage =
  (parts: CheckPasswordParts): Stage =>
  async (auth, session) => {
    const password = stringAt(auth, 'password')
    if (session === undefined || password === undefined) return { refused: again('The stage needs "password".') }
    const names =
      stringAt(auth, 'user') !== undefined || auth['identifier'] !== undefined || auth['medium'] !== undefined
    if (names && !accountsIdentified(auth, parts.serverName).includes(session.userId)) {
      return { refused: forbidden('accounts/other-user', 'Authenticate as the user whose access token you use.') }
    }
    // Without an identifier the access token says who it is.
    const identified = names ? auth : { user: session.userId }
    const row = await accountIdentified(identified, parts)
    const matches = row?.user_id === session.userId && (await isPasswordOf(row, password, parts))
    return matches ? { passed: true } : { refused: again('The password is wrong. Try again.') }
  }

const registrationTokenStage =
  (tokens: RegistrationTokens): Stage =>
  async (auth) => {
    const token = stringAt(auth, 'token')
    if (token === undefined) return { refused: again('The stage needs "token".') }
    if (!(await tokens.isUsable(token))) {
      return { refused: again('This registration token is unknown, used up or too old. Ask for another one.') }
    }
    return { passed: true, proof: token }
  }

/** A failed attempt that may be repeated in the same dialogue. */
const again = (message: string) => new MatrixError({ status: 401, errcode: 'M_FORBIDDEN', message })
