// The keys of other servers as we know them: in memory for those in use, in the database for good.
// spec: server-server-api #retrieving-server-keys

import type { Milliseconds } from '#platform/clock/clock.ts'
import { type Database, query } from '#platform/database/database.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import { type KeyId, parseKeyId, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { canonicalJson } from '#protocol/json/json.ts'
import type { ServerKeys } from '#protocol/server-keys/server-keys.ts'
import { loadServerKeys, saveServerKeyAnswer, saveServerKeys } from '../store/server-keys.ts'
import type { KnownKey } from './key-ring-types.ts'

export type KeySet = ReadonlyMap<KeyId, KnownKey>

/** Servers in use at once by one tenant, at a few keys of 200 bytes each. */
const MAX_SERVERS = 10_000
/** Servers in one look-up: keeps the parameter of one statement small. */
const BATCH = 1000

export class KnownKeys {
  readonly #database: Database
  readonly #cache = new BoundedCache<ServerName, KeySet>({ capacity: MAX_SERVERS })

  constructor(database: Database) {
    this.#database = database
  }

  /** The keys of a server that is in memory: what a request in a lively federation costs. */
  inMemory(server: ServerName): KeySet | undefined {
    return this.#cache.get(server)
  }

  /** The keys of each server; an empty set where none is known. */
  async of(servers: readonly ServerName[]): Promise<ReadonlyMap<ServerName, KeySet>> {
    const found = new Map<ServerName, KeySet>()
    const absent: ServerName[] = []
    for (const server of servers) {
      const keys = this.#cache.get(server)
      if (keys) found.set(server, keys)
      else absent.push(server)
    }
    for (let start = 0; start < absent.length; start += BATCH) {
      for (const [server, keys] of await this.#load(absent.slice(start, start + BATCH))) found.set(server, keys)
    }
    return found
  }

  /**
   * Learns what a server says of its keys. A key that it does not name any more keeps the validity that it had. `secondHand`: a notary
   * said so, which adds keys and lengthens validity, but never replaces what the server told us itself.
   */
  async learn(answer: ServerKeys, at: Milliseconds, secondHand: boolean): Promise<KeySet> {
    const { serverName: server } = answer
    const before = (await this.of([server])).get(server) ?? new Map<KeyId, KnownKey>()
    const changed = [...answer.keys.values()].filter((key) => isNews(before.get(key.keyId), key, secondHand))
    const keys = new Map([...before, ...changed.map((key) => [key.keyId, key] as const)])
    this.#cache.set(server, keys)
    await this.#save(answer, changed, at)
    return keys
  }

  async #load(servers: readonly ServerName[]): Promise<ReadonlyMap<ServerName, KeySet>> {
    const sets = new Map(servers.map((server) => [server, new Map<KeyId, KnownKey>()]))
    for (const row of await this.#database.run(loadServerKeys, servers)) {
      const keyId = parseKeyId(row.key_id)
      const set = sets.get(row.server_name as ServerName)
      if (keyId) set?.set(keyId, { keyId, publicKey: row.public_key, validUntil: row.valid_until, old: row.is_old })
    }
    for (const [server, set] of sets) {
      // Learned while we read: that is newer.
      const newer = this.#cache.get(server)
      if (newer) for (const [keyId, key] of newer) set.set(keyId, key)
      this.#cache.set(server, set)
    }
    return sets
  }

  async #save(answer: ServerKeys, changed: readonly KnownKey[], at: Milliseconds): Promise<void> {
    const { serverName: server, json, validUntil } = answer
    const keys = query(
      saveServerKeys,
      changed.map(() => server),
      changed.map((key) => key.keyId),
      changed.map((key) => key.publicKey),
      changed.map((key) => key.validUntil),
      changed.map((key) => key.old),
    )
    const text = canonicalJson(json, 'faithful')
    await this.#database.atomically([keys, query(saveServerKeyAnswer, server, text, validUntil, at)])
  }
}

function isNews(before: KnownKey | undefined, now: KnownKey, secondHand: boolean): boolean {
  if (before === undefined) return true
  const isSame = before.publicKey === now.publicKey && before.old === now.old
  if (secondHand) return isSame && now.validUntil > before.validUntil
  return !isSame || now.validUntil !== before.validUntil
}
