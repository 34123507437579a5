// Our own keys for others, and what we know of other servers' keys, signed by us (the notary).
// spec: server-server-api #publishing-keys, #querying-keys-through-another-server

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { SigningKey } from '#protocol/crypto/crypto.ts'
import type { KeyId, ServerName } from '#protocol/identifiers/identifiers.ts'
import { isObject, type JsonObject, objectAt, parseJson } from '#protocol/json/json.ts'
import { buildNotaryResponse, buildServerKeys, type OldKey } from '#protocol/server-keys/server-keys.ts'
import { loadServerKeyAnswers, type ServerKeyAnswerRow } from '../store/server-keys.ts'
import type { KeysOfServers } from './key-ring.ts'
import type { KeyQuery, KnownKey } from './key-ring-types.ts'
import type { KeySet } from './known-keys.ts'

const DAY: Milliseconds = 24 * 60 * 60 * 1000

/** Others ask again when this is over; a day lets a lost key be revoked soon without a stream of questions. */
const VALIDITY = DAY
/** Made anew when half of its time is over, so that it never expires "in less than an hour" in someone's hands. */
const REMAKE_AFTER = VALIDITY / 2
/** Servers in one query: each may cost a request of ours. */
const MAX_SERVERS = 100

/** The tenant's own keys. The first current one signs events and requests. */
export interface SigningKeys {
  readonly current: readonly [SigningKey, ...SigningKey[]]
  readonly old: readonly OldKey[]
}

/** Our own keys as the key ring sees them: always good, never asked for. */
export function ownKeySet({ current, old }: SigningKeys): KeySet {
  const now = current.map(
    ({ keyId, publicKey }): KnownKey => ({
      keyId: keyId as KeyId,
      publicKey,
      validUntil: Number.MAX_SAFE_INTEGER,
      old: false,
    }),
  )
  const former = old.map(
    ({ keyId, publicKey, expiredTs }): KnownKey => ({
      keyId: keyId as KeyId,
      publicKey,
      validUntil: expiredTs,
      old: true,
    }),
  )
  return new Map([...former, ...now].map((key) => [key.keyId, key]))
}

export interface NotaryParts {
  readonly serverName: ServerName
  readonly signingKeys: SigningKeys
  readonly keysOfServers: KeysOfServers
  readonly database: Database
  readonly clock: Clock
}

export class Notary {
  readonly #parts: NotaryParts
  #own: { readonly answer: JsonObject; readonly madeAt: Milliseconds } | undefined

  constructor(parts: NotaryParts) {
    this.#parts = parts
  }

  ownKeys(): JsonObject {
    const now = this.#parts.clock.now()
    const age = this.#own === undefined ? Number.POSITIVE_INFINITY : now - this.#own.madeAt
    if (this.#own === undefined || age >= REMAKE_AFTER || age < 0)
      this.#own = { answer: this.#makeOwn(now), madeAt: now }
    return this.#own.answer
  }

  async queryKeys(query: KeyQuery, signal?: AbortSignal): Promise<{ readonly server_keys: readonly JsonObject[] }> {
    const { serverName, signingKeys } = this.#parts
    const servers = [...query.keys()].slice(0, MAX_SERVERS)
    const others = servers.filter((server) => server !== serverName)
    const stored = await this.#answersOf(others)
    const stale = others.filter((server) => !this.#isGood(stored.get(server), query.get(server)))
    await Promise.allSettled(stale.map((server) => this.#parts.keysOfServers.refresh(server, signal)))
    const fresh = stale.length > 0 ? await this.#answersOf(stale) : new Map<ServerName, ServerKeyAnswerRow>()
    const published = servers.flatMap((server): JsonObject[] => {
      if (server === serverName) return [this.ownKeys()]
      // A stale answer is better than none: "should continue to return the last response they received".
      const json = parseJson((fresh.get(server) ?? stored.get(server))?.answer ?? '', { numbers: 'faithful' }).ok
      return isObject(json) ? [json] : []
    })
    return buildNotaryResponse(published, serverName, signingKeys.current[0])
  }

  #makeOwn(now: Milliseconds): JsonObject {
    const { serverName, signingKeys } = this.#parts
    return buildServerKeys({
      serverName,
      keys: signingKeys.current,
      oldKeys: signingKeys.old,
      validUntil: now + VALIDITY,
    })
  }

  async #answersOf(servers: readonly ServerName[]): Promise<ReadonlyMap<ServerName, ServerKeyAnswerRow>> {
    if (servers.length === 0) return new Map()
    const rows = await this.#parts.database.run(loadServerKeyAnswers, servers)
    return new Map(rows.map((row) => [row.server_name as ServerName, row]))
  }

  /** Holds what is asked for, long enough, and is in the first half of its life ("cache a response for half of its lifetime"). */
  #isGood(
    row: ServerKeyAnswerRow | undefined,
    asked: ReadonlyMap<KeyId, Milliseconds | undefined> | undefined,
  ): boolean {
    if (row === undefined) return false
    const now = this.#parts.clock.now()
    if (now > (row.fetched_at + row.valid_until) / 2) return false
    const json = parseJson(row.answer).ok
    if (!isObject(json)) return false
    const current = objectAt(json, 'verify_keys') ?? {}
    const former = objectAt(json, 'old_verify_keys') ?? {}
    return [...(asked ?? [])].every(
      ([keyId, validAt = now]) =>
        Object.hasOwn(former, keyId) || (Object.hasOwn(current, keyId) && row.valid_until >= validAt),
    )
  }
}
