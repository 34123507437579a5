// Registration tokens: made by an administrator, each good for some accounts or some time.
// spec: client-server-api #token-authenticated-registration

import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { Random } from '#platform/random/random.ts'
import { invalidParam } from '#protocol/errors/errors.ts'
import {
  deleteRegistrationToken,
  giveBackRegistrationToken,
  insertRegistrationToken,
  type RegistrationTokenRow,
  selectRegistrationTokens,
  selectUsableRegistrationToken,
  useRegistrationToken,
} from './store/registration-tokens.ts'

export interface RegistrationToken {
  readonly token: string
  /** Undefined: any number. */
  readonly usesAllowed: number | undefined
  readonly uses: number
  /** Milliseconds since 1970; undefined: never. */
  readonly expiresAt: number | undefined
  readonly createdAt: number
}

export interface RegistrationTokenWishes {
  /** Made up unless told: opaque identifier grammar, at most 64 characters. */
  readonly token?: string
  readonly usesAllowed?: number
  readonly expiresAt?: number
}

const grammar = /^[0-9A-Za-z\-._~]{1,64}$/
/** 119 bits: long enough not to be guessed, short enough to be read out. */
const TOKEN_LENGTH = 20
const MAX_LISTED = 1000

export class RegistrationTokens {
  readonly #database: Database
  readonly #clock: Clock
  readonly #random: Random

  constructor(parts: { database: Database; clock: Clock; random: Random }) {
    this.#database = parts.database
    this.#clock = parts.clock
    this.#random = parts.random
  }

  /** @throws `M_INVALID_PARAM` for a token outside the grammar or already there, or a count below 1. */
  async create({ token, usesAllowed, expiresAt }: RegistrationTokenWishes): Promise<RegistrationToken> {
    const text = token ?? this.#random.text(TOKEN_LENGTH)
    if (!grammar.test(text))
      throw invalidParam('A registration token has 1 to 64 of the characters A-Z a-z 0-9 - . _ ~.')
    if (usesAllowed !== undefined && !(Number.isInteger(usesAllowed) && usesAllowed >= 1 && usesAllowed < 2 ** 31)) {
      throw invalidParam('A registration token is good for at least one account.')
    }
    const row = await this.#database.one(
      insertRegistrationToken,
      text,
      usesAllowed ?? null,
      expiresAt ?? null,
      this.#clock.now(),
    )
    if (row === undefined) throw invalidParam('This registration token is there already. Choose another one.')
    return tokenFromRow(row)
  }

  /** The newest 1,000. */
  async list(): Promise<RegistrationToken[]> {
    return (await this.#database.run(selectRegistrationTokens, MAX_LISTED)).map(tokenFromRow)
  }

  /** @returns whether it was there. */
  async delete(token: string): Promise<boolean> {
    return (await this.#database.one(deleteRegistrationToken, token)) !== undefined
  }

  /** Whether an account could be made with it now. */
  async isUsable(token: string): Promise<boolean> {
    if (!grammar.test(token)) return false
    return (await this.#database.one(selectUsableRegistrationToken, token, this.#clock.now())) !== undefined
  }

  /** Uses it once. @returns false when it cannot be used any more. */
  async use(token: string): Promise<boolean> {
    return (await this.#database.one(useRegistrationToken, token, this.#clock.now())) !== undefined
  }

  async giveBack(token: string): Promise<void> {
    await this.#database.run(giveBackRegistrationToken, token)
  }
}

const tokenFromRow = (row: RegistrationTokenRow): RegistrationToken => ({
  token: row.token,
  usesAllowed: row.uses_allowed ?? undefined,
  uses: row.uses,
  expiresAt: row.expires_at ?? undefined,
  createdAt: row.created_at,
})
