// Registration by whoever knows a secret of this server: for scripts that set up a server. Off unless a secret is configured.
// The form (nonce, HMAC-SHA1) is the one that existing tools speak.
// spec: none; the de-facto admin API `/_synapse/admin/v1/register`

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '#platform/clock/clock.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import { forbidden, missingParam, unknown, unrecognized } from '#protocol/errors/errors.ts'
import { localpartOf } from '#protocol/identifiers/identifiers.ts'
import { booleanAt, type JsonObject, stringAt } from '#protocol/json/json.ts'
import { createAccount } from './create-account.ts'
import { sessionAnswer, sessionWishes } from './login.ts'
import { openSession } from './open-session.ts'
import { checkAvailable, type RegistrationAnswer, type RegistrationParts } from './registration.ts'

const NONCE_LENGTH = 32
/** A nonce is used at once or not at all. */
const NONCE_AGE = 60_000
/** More are given out only by someone who floods us: then the oldest is lost. */
const MAX_NONCES = 1000

export class SharedSecretRegistration {
  readonly #secret: string | undefined
  readonly #parts: RegistrationParts
  readonly #nonces: BoundedCache<string, true>

  constructor(secret: string | undefined, parts: RegistrationParts & { readonly clock: Clock }) {
    this.#secret = secret === '' ? undefined : secret
    this.#parts = parts
    this.#nonces = new BoundedCache<string, true>({
      capacity: MAX_NONCES,
      age: { maxAge: NONCE_AGE, clock: parts.clock },
    })
  }

  /** A nonce for one registration within a minute. @throws 404 `M_UNRECOGNIZED` when no secret is configured. */
  nonce(): string {
    this.#secretOrRefuse()
    const nonce = this.#parts.random.text(NONCE_LENGTH)
    this.#nonces.set(nonce, true)
    return nonce
  }

  /**
   * Makes an account and logs in, unless `inhibit_login`.
   *
   * @param body nonce, username, password, admin, mac (hex), and what /register takes for the device.
   * @throws 403 for a wrong MAC; `M_UNKNOWN` for a nonce that is unknown or too old; `M_MISSING_PARAM`, `M_USER_IN_USE`, `M_INVALID_USERNAME`.
   */
  async register(body: JsonObject): Promise<RegistrationAnswer> {
    const secret = this.#secretOrRefuse()
    const nonce = required(body, 'nonce')
    const username = required(body, 'username')
    const password = required(body, 'password')
    const mac = required(body, 'mac')
    // One that is too old may still be there to be deleted, so it is looked for first.
    const isGood = this.#nonces.has(nonce)
    this.#nonces.delete(nonce)
    if (!isGood) throw unknown('This nonce is unknown, used or too old. Get a new one.')
    const isAdmin = booleanAt(body, 'admin') === true
    const signed = [nonce, username, password, isAdmin ? 'admin' : 'notadmin', ...userTypeIn(body)]
    if (!isMacOf(mac, signed.join('\0'), secret)) {
      throw forbidden('accounts/shared-secret', 'The "mac" is wrong. Check the shared secret.')
    }
    const userId = await checkAvailable(username, this.#parts)
    this.#parts.creating.passwords.refuseWeak(password, localpartOf(userId))
    await createAccount({ userId, password, isAdmin, displayName: stringAt(body, 'displayname') }, this.#parts.creating)
    const { opening, check, options } = this.#parts.login
    if (booleanAt(body, 'inhibit_login') === true) return { user_id: userId, home_server: check.serverName }
    return sessionAnswer(await openSession(userId, sessionWishes(body), opening), check.serverName, options.baseUrl)
  }

  #secretOrRefuse(): string {
    if (this.#secret === undefined) throw unrecognized('Registration by shared secret is not configured here.')
    return this.#secret
  }
}

function required(body: JsonObject, name: string): string {
  const value = stringAt(body, name)
  if (value === undefined) throw missingParam(`Registration by shared secret needs "${name}", a string.`)
  return value
}

function userTypeIn(body: JsonObject): string[] {
  const userType = stringAt(body, 'user_type')
  return userType === undefined ? [] : [userType]
}

function isMacOf(mac: string, text: string, secret: string): boolean {
  const expected = createHmac('sha1', secret).update(text).digest()
  const given = Buffer.from(mac, 'hex')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
