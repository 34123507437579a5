// From an access token to a session: the step that every request of a client takes.
// spec: client-server-api #using-access-tokens, #refreshing-access-tokens, #account-locking

import type { Clock } from '#platform/clock/clock.ts'
import { type Database, query } from '#platform/database/database.ts'
import { missingToken, unknownToken, userLocked } from '#protocol/errors/errors.ts'
import { type DeviceId, localpartOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { hashOf, isTokenLike } from './secret-tokens.ts'
import type { Session } from './session.ts'
import type { SessionCache } from './session-cache.ts'
import { deleteOlderTokens, selectToken, type TokenRow } from './store/session-tokens.ts'

export interface AuthenticateOptions {
  /** Logout is open to locked accounts. */
  readonly allowLocked?: boolean
}

export class Authenticator {
  readonly #database: Database
  readonly #clock: Clock
  readonly #cache: SessionCache

  constructor(parts: { database: Database; clock: Clock; cache: SessionCache }) {
    this.#database = parts.database
    this.#clock = parts.clock
    this.#cache = parts.cache
  }

  /**
   * The session of an access token. From memory: one SHA-256 and one look-up; else one read.
   * The first use of a token from `/refresh` ends the tokens before it.
   *
   * @throws `M_MISSING_TOKEN`, `M_UNKNOWN_TOKEN` (`soft_logout` when the token is only too old), `M_USER_LOCKED`; all 401.
   */
  async authenticate(token: string | undefined, options: AuthenticateOptions = {}): Promise<Session> {
    if (token === undefined || token === '') {
      throw missingToken('This needs an access token. Send it in the Authorization header as "Bearer <token>".')
    }
    if (!isTokenLike(token)) throw refusedToken()
    const hash = hashOf(token)
    const session = this.#cache.get(hash) ?? (await this.#read(hash))
    if (session.expiresAt !== undefined && session.expiresAt <= this.#clock.now()) throw expiredToken()
    if (session.isLocked && options.allowLocked !== true) throw lockedAccount()
    return session
  }

  async #read(hash: string): Promise<Session> {
    const epoch = this.#cache.epoch
    const row = await this.#database.one(selectToken, hash, 'access')
    if (row === undefined || row.is_deactivated) throw refusedToken()
    const session = sessionFromRow(row, hash)
    const isTooOld = session.expiresAt !== undefined && session.expiresAt <= this.#clock.now()
    if (isTooOld) throw expiredToken()
    if (row.has_older) {
      await this.#database.atomically([query(deleteOlderTokens, row.user_id, row.device_id, row.generation)])
      // Not kept this once: a logout may have happened meanwhile. The next request reads and keeps it.
      this.#cache.dropUser(session.userId)
      return session
    }
    this.#cache.keep(hash, session, epoch)
    return session
  }
}

export const refusedToken = () => unknownToken('The access token is not valid, or was logged out. Log in again.')

export const expiredToken = () =>
  unknownToken('The access token is too old. Refresh it, or log in again with the same device.', { soft_logout: true })

export const lockedAccount = () =>
  userLocked('This account is locked. Ask the administrators of your server to unlock it.', { soft_logout: true })

const sessionFromRow = (row: TokenRow, hash: string): Session =>
  Object.freeze({
    userNumber: row.user_number,
    userId: row.user_id as UserId,
    localpart: localpartOf(row.user_id as UserId),
    deviceId: row.device_id as DeviceId,
    tokenId: hash,
    isGuest: row.is_guest,
    isAdmin: row.is_admin,
    isLocked: row.is_locked,
    isSuspended: row.is_suspended,
    expiresAt: row.expires_at ?? undefined,
    assurance: row.assurance ?? undefined,
    identityProvider: row.identity_provider ?? undefined,
  })
