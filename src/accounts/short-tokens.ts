// Tokens that live for minutes: one for a login on another device, one that proves to a third party who somebody is.
// spec: client-server-api, POST /_matrix/client/v1/login/get_token; modules/openid

import type { Clock } from '#platform/clock/clock.ts'
import { type Database, query } from '#platform/database/database.ts'
import type { Random } from '#platform/random/random.ts'
import { unknownToken } from '#protocol/errors/errors.ts'
import type { ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { hashOf, isTokenLike, makeToken } from './secret-tokens.ts'
import {
  deleteLoginTokens,
  deleteOpenIdTokens,
  insertLoginToken,
  insertOpenIdToken,
  selectOpenIdToken,
  takeLoginToken,
} from './store/short-tokens.ts'

/** What the specification recommends. */
const LOGIN_TOKEN_LIFETIME = 120_000
const OPENID_TOKEN_LIFETIME = 3_600_000
/** Live OpenID tokens of one user: a widget or call on each of many devices. */
const MAX_OPENID_TOKENS = 100

export interface OpenIdToken {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly matrix_server_name: ServerName
  /** Seconds. */
  readonly expires_in: number
}

export class ShortTokens {
  readonly #database: Database
  readonly #clock: Clock
  readonly #random: Random
  readonly #serverName: ServerName

  constructor(parts: { database: Database; clock: Clock; random: Random; serverName: ServerName }) {
    this.#database = parts.database
    this.#clock = parts.clock
    this.#random = parts.random
    this.#serverName = parts.serverName
  }

  /** A token for one login. Only after user-interactive authentication. */
  async issueLoginToken(userId: UserId): Promise<{ login_token: string; expires_in_ms: number }> {
    const { token, hash } = makeToken('login', this.#random)
    const now = this.#clock.now()
    await this.#database.atomically([
      query(deleteLoginTokens, userId, now),
      query(insertLoginToken, hash, userId, now + LOGIN_TOKEN_LIFETIME),
    ])
    return { login_token: token, expires_in_ms: LOGIN_TOKEN_LIFETIME }
  }

  /** Whose login token it is; it is used up by this. Undefined: unknown, used or too old. */
  async takeLoginToken(token: string): Promise<UserId | undefined> {
    if (!isTokenLike(token)) return undefined
    const row = await this.#database.one(takeLoginToken, hashOf(token))
    return row === undefined || row.expires_at <= this.#clock.now() ? undefined : (row.user_id as UserId)
  }

  /** Ends all login tokens of a user. */
  async endLoginTokens(userId: UserId): Promise<void> {
    await this.#database.run(deleteLoginTokens, userId, Number.MAX_SAFE_INTEGER)
  }

  async issueOpenIdToken(userId: UserId): Promise<OpenIdToken> {
    const { token, hash } = makeToken('openid', this.#random)
    const now = this.#clock.now()
    await this.#database.atomically([
      query(deleteOpenIdTokens, userId, now, MAX_OPENID_TOKENS - 1),
      query(insertOpenIdToken, hash, userId, now + OPENID_TOKEN_LIFETIME),
    ])
    return {
      access_token: token,
      token_type: 'Bearer',
      matrix_server_name: this.#serverName,
      expires_in: OPENID_TOKEN_LIFETIME / 1000,
    }
  }

  /** Who asked for an OpenID token. @throws 401 `M_UNKNOWN_TOKEN`. */
  async ownerOfOpenIdToken(token: string): Promise<UserId> {
    const row = isTokenLike(token)
      ? await this.#database.one(selectOpenIdToken, hashOf(token), this.#clock.now())
      : undefined
    if (row === undefined) throw unknownToken('The OpenID token is unknown or too old. Ask for a new one.')
    return row.user_id as UserId
  }

  async endOpenIdTokens(userId: UserId): Promise<void> {
    await this.#database.run(deleteOpenIdTokens, userId, Number.MAX_SAFE_INTEGER, 0)
  }
}
