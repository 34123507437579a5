// The stages of user-interactive authentication that this server knows.
// spec: client-server-api #authentication-types

import { forbidden, MatrixError, unauthorized } from '#protocol/errors/errors.ts'
import { objectAt, stringAt } from '#protocol/json/json.ts'
import { accountIdentified, accountsIdentified, type CheckPasswordParts, isPasswordOf } from './check-password.ts'
import type { EmailProofs } from './email-proofs.ts'
import type { Stage } from './interactive-authentication.ts'
import type { RegistrationTokens } from './registration-tokens.ts'
import { RESET } from './reset-password.ts'

export interface StagesParts extends CheckPasswordParts {
  readonly tokens: RegistrationTokens
  readonly proofs: EmailProofs
}

export function stages(parts: StagesParts): ReadonlyMap<string, Stage> {
  return new Map<string, Stage>([
    ['m.login.dummy', async () => ({ passed: true })],
    ['m.login.password', passwordStage(parts)],
    ['m.login.registration_token', registrationTokenStage(parts.tokens)],
    ['m.login.email.identity', emailStage(parts.proofs)],
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
    if (names && !(await accountsIdentified(auth, parts)).includes(session.userId)) {
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

/** The mail of an address, for registration and for a forgotten password. A client asks again and again until the person has confirmed. */
const emailStage =
  (proofs: EmailProofs): Stage =>
  async (auth, _session, operation) => {
    const proof = objectAt(auth, 'threepid_creds')
    const sid = proof && stringAt(proof, 'sid')
    const secret = proof && stringAt(proof, 'client_secret')
    if (sid === undefined || secret === undefined) {
      return { refused: again('The stage needs "threepid_creds" with "sid" and "client_secret".') }
    }
    const state = await proofs.stateOf(operation === RESET ? 'reset' : 'register', sid, secret)
    if (state === 'proved') return { passed: true, proof: sid }
    if (state === 'pending') return { refused: unauthorized('Open the link in the mail and confirm the address.') }
    const message = 'This session is unknown or too old. Ask for another mail.'
    return { refused: new MatrixError({ status: 401, errcode: 'M_THREEPID_AUTH_FAILED', message }) }
  }

/** A failed attempt that may be repeated in the same dialogue. */
const again = (message: string) => new MatrixError({ status: 401, errcode: 'M_FORBIDDEN', message })
