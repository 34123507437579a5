// Accounts over a fresh PostgreSQL with a clock that the test turns: for tests, of this module and of those above it.
// spec: docs/architecture.md (tests)

import { after, before } from 'node:test'
import { FakeClock } from '#platform/clock/clock.ts'
import type { Schema } from '#platform/database/database.ts'
import { testDatabase } from '#platform/database/test-database.ts'
import { logTo } from '#platform/log/log.ts'
import { systemRandom } from '#platform/random/random.ts'
import { type OpenStream, openStream } from '#platform/stream/stream.ts'
import { parseServerName, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { Accounts, type AccountsOptions, type EmailSettings, type Session } from './accounts.ts'

export interface TestAccounts {
  readonly accounts: Accounts
  readonly clock: FakeClock
  readonly database: Schema
  readonly stream: OpenStream
  readonly serverName: ServerName
  /** For hooks of the test file, which run beside these: resolves when the members are there. */
  readonly ready: Promise<void>
  /** Accounts of another configuration, or of another process, over the same database. */
  again(options?: Partial<AccountsOptions>): Accounts
}

/** The cheapest hashing that argon2id allows, and everything open. */
export const testOptions: AccountsOptions = {
  registration: 'open',
  guests: true,
  mayLoginByPassword: true,
  mayChangePassword: true,
  mayGetLoginToken: true,
  defaultRoomVersion: '11',
  passwords: { minimumLength: 8, memoryKiB: 64, passes: 1 },
  passwordAttempts: undefined,
  accessTokenLifetime: 300_000,
  sharedSecret: 'complement',
  baseUrl: undefined,
}

/** Registers the hooks of a test file; the members are there once its tests run. */
export function accountsForTests(options: Partial<AccountsOptions> = {}, email?: EmailSettings): TestAccounts {
  const clock = new FakeClock()
  const serverName = parseServerName('hs1') ?? fail()
  let ready: { database: Schema; stream: OpenStream; accounts: Accounts } | undefined
  const made: Accounts[] = []
  const ends: (() => void | Promise<void>)[] = []
  const make = (database: Schema, stream: OpenStream, changed: Partial<AccountsOptions>): Accounts => {
    const accounts = new Accounts({
      serverName,
      database,
      stream,
      clock,
      random: systemRandom(),
      log: logTo({ write() {} }),
      options: { ...testOptions, ...options, ...changed },
      email,
    })
    made.push(accounts)
    return accounts
  }
  const settled = Promise.withResolvers<void>()
  // Who does not wait for it learns from the hook.
  settled.promise.catch(() => {})
  before(async () => {
    try {
      const { database } = await testDatabase({ after: (act) => ends.push(act) })
      const stream = await openStream({ schema: database, clock, log: logTo({ write() {} }) })
      ready = { database, stream, accounts: make(database, stream, {}) }
      settled.resolve()
    } catch (error) {
      settled.reject(error)
      throw error
    }
  })
  after(async () => {
    for (const accounts of made) await accounts.stop()
    for (const end of ends) await end()
  })
  const get = () => ready ?? fail()
  return {
    clock,
    serverName,
    ready: settled.promise,
    get accounts() {
      return get().accounts
    },
    get database() {
      return get().database
    },
    get stream() {
      return get().stream
    },
    again: (changed = {}) => make(get().database, get().stream, changed),
  }
}

/** A new user, logged in. */
export async function aUser(accounts: Accounts, username: string): Promise<{ session: Session; token: string }> {
  const answer = await accounts.register('user', {
    username,
    password: `password of ${username}`,
    auth: { type: 'm.login.dummy' },
  })
  if (!('access_token' in answer)) return fail()
  return { session: await accounts.authenticate(answer.access_token), token: answer.access_token }
}

function fail(): never {
  throw new Error('The test has asked for something that is not there yet.')
}
