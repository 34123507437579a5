// Passwords: argon2id, a bounded number at a time, and the same time for a user who does not exist.
// spec: client-server-api #password-based, #password-management; RFC 9106; RFC 8265 (OpaqueString)

import { type Algorithm, hash, verify } from '@node-rs/argon2'
import { FairSemaphore, Overloaded } from '#platform/limits/limits.ts'
import { invalidParam, limitExceeded, weakPassword } from '#protocol/errors/errors.ts'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'

export interface PasswordRules {
  /** Characters; at least 1. */
  readonly minimumLength: number
  /** Memory of one hash, KiB. */
  readonly memoryKiB: number
  /** Passes over that memory. */
  readonly passes: number
}

/** Long enough for every passphrase, short enough that hashing it costs no more than any other. */
const MAX_PASSWORD_BYTES = 1024

/** The library's `Algorithm.Argon2id`, an ambient constant that type stripping cannot read. */
const argon2id: Algorithm.Argon2id = 2

export class Passwords {
  readonly #rules: PasswordRules
  // Each hash holds tens of MiB and a thread of libuv's four: two leave room for files and names; 200 wait at most some 10 s.
  readonly #places = new FairSemaphore({ places: 2, waitingPerKey: 200, waiting: 200 })
  #decoy: Promise<string> | undefined

  constructor(rules: PasswordRules) {
    this.#rules = rules
  }

  /** @throws `M_WEAK_PASSWORD` when it is too short or is the username; `M_INVALID_PARAM` when it is too long. */
  refuseWeak(password: string, localpart: string): void {
    if (!fitsIn(password, MAX_PASSWORD_BYTES)) {
      throw invalidParam(`A password has at most ${MAX_PASSWORD_BYTES} bytes. Choose a shorter one.`)
    }
    const { minimumLength } = this.#rules
    if ([...password].length < minimumLength) {
      throw weakPassword(`A password has at least ${minimumLength} characters. Choose a longer one.`)
    }
    if (minimumLength > 1 && password.toLowerCase() === localpart) {
      throw weakPassword('The password is the same as the username. Choose another one.')
    }
  }

  hash(password: string): Promise<string> {
    return this.#bounded(() => hash(normalised(password), this.#options()))
  }

  /** Whether the password is the hashed one. Without a hash (no such user) the answer is no, after the same work. */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    // Refused by length before any work, whoever the user is.
    if (!fitsIn(password, MAX_PASSWORD_BYTES)) return false
    const against = passwordHash ?? (await this.#decoyHash())
    const matches = await this.#bounded(() => verify(against, normalised(password)))
    return matches && passwordHash !== undefined
  }

  /** Whether a hash was made with another cost than today's. */
  isOutdated(passwordHash: string): boolean {
    const { memoryKiB, passes } = this.#rules
    return !passwordHash.startsWith(`$argon2id$v=19$m=${memoryKiB},t=${passes},p=1$`)
  }

  #decoyHash(): Promise<string> {
    this.#decoy ??= this.hash('nobody has this password')
    return this.#decoy
  }

  #options() {
    return { algorithm: argon2id, memoryCost: this.#rules.memoryKiB, timeCost: this.#rules.passes, parallelism: 1 }
  }

  async #bounded<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await this.#places.run('', act)
    } catch (error) {
      if (error instanceof Overloaded) throw limitExceeded(5000)
      throw error
    }
  }
}

/** One form for å as one character and å as a and ring: keyboards and systems differ. */
const normalised = (password: string): string => password.normalize('NFC')
