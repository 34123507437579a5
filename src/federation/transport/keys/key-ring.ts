// The key ring of a tenant: whose public key is whose, when it was good, and who is asked when we do not know.
// spec: server-server-api #retrieving-server-keys, #request-authentication; rooms/v5 #signing-key-validity-period

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { BoundedCache, FairSemaphore } from '#platform/limits/limits.ts'
import type { Log } from '#platform/log/log.ts'
import type { Crypto } from '#protocol/crypto/crypto.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { KeyId, ServerName } from '#protocol/identifiers/identifiers.ts'
import { MAX_KEY_VALIDITY_MS, type ServerKeys } from '#protocol/server-keys/server-keys.ts'
import { neededKeys, type SignatureVerdict, verifyEventSignatures } from '#protocol/signing/signing.ts'
import type { FederationClient } from '../client/client.ts'
import { fetchFromNotary, fetchFromServer, type KeyNeeds, SERVERS_PER_QUERY } from './fetch-keys.ts'
import type { KnownKey } from './key-ring-types.ts'
import type { KeySet, KnownKeys } from './known-keys.ts'

export interface KeyRingOptions {
  /** Servers to ask for the keys of others; none unless told. */
  readonly notaries: readonly ServerName[]
  /** For one server or notary to answer. */
  readonly timeout: Milliseconds
  /** After a server did not give what was asked: pause before it is asked again, doubling from `first` to `max`. */
  readonly pause: { readonly first: Milliseconds; readonly max: Milliseconds }
}

export interface KeyRingParts {
  readonly serverName: ServerName
  readonly ownKeys: KeySet
  readonly known: KnownKeys
  readonly client: FederationClient
  readonly crypto: Crypto
  readonly clock: Clock
  readonly log: Log
  readonly options: KeyRingOptions
}

type Needs = ReadonlyMap<ServerName, KeyNeeds>

/** Servers asked at once for one caller. */
const AT_ONCE = 100
/** With more servers than this to ask, notaries come first: a large room has many dead ones. */
const MANY = 20
/** Keys asked for per server and event batch: an event may carry hundreds of signatures, of which one good one is enough. */
const MAX_KEYS_PER_SERVER = 20
/** For everything that one batch of events needs. */
const BATCH_TIMEOUT: Milliseconds = 60_000
/** Signatures checked between two breaths: 100 × 40 µs is 4 ms. */
const VERIFY_AT_ONCE = 100

export class KeysOfServers {
  readonly #parts: KeyRingParts
  readonly #fetching = new Map<ServerName, Promise<void>>()
  /** Servers that did not give what was asked, and until when they are left alone. */
  readonly #paused = new BoundedCache<ServerName, { readonly until: Milliseconds; readonly times: number }>({
    capacity: 10_000,
  })

  constructor(parts: KeyRingParts) {
    this.#parts = parts
  }

  async keysOf(
    server: ServerName,
    keyIds: readonly KeyId[],
    validAt: Milliseconds,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<KeyId, KnownKey>> {
    const asked = keyIds.slice(0, MAX_KEYS_PER_SERVER)
    const needs = new Map(asked.map((keyId) => [keyId, validAt]))
    // The way of nearly every request: nothing to wait for.
    const near = server === this.#parts.serverName ? this.#parts.ownKeys : this.#parts.known.inMemory(server)
    const set =
      near && satisfies(near, needs) ? near : (await this.#obtain(new Map([[server, needs]]), signal)).get(server)
    return new Map([...(set ?? [])].filter(([keyId, key]) => needs.has(keyId) && key.validUntil >= validAt))
  }

  async verifyEvents(events: readonly RoomEvent[], signal?: AbortSignal): Promise<readonly SignatureVerdict[]> {
    const keys = await this.#obtain(needsOf(events, this.#parts.clock.now()), signal)
    const verdicts: SignatureVerdict[] = []
    for (const [index, event] of events.entries()) {
      if (index % VERIFY_AT_ONCE === VERIFY_AT_ONCE - 1) await new Promise(setImmediate)
      verdicts.push(verifyEventSignatures(event, (server, keyId) => keys.get(server)?.get(keyId), this.#parts.crypto))
    }
    return verdicts
  }

  /** Asks the server itself, unless it was asked lately. For the notary. */
  refresh(server: ServerName, signal?: AbortSignal): Promise<void> {
    return this.#mayAsk(server) ? this.#fetchOnce(server, signal) : Promise.resolve()
  }

  /** The server has shown life: it may be asked at once. */
  unpause(server: ServerName): void {
    this.#paused.delete(server)
  }

  /** What is known of each server, after asking for what is missing. */
  async #obtain(needs: Needs, signal?: AbortSignal): Promise<ReadonlyMap<ServerName, KeySet>> {
    const { serverName, ownKeys, known, options } = this.#parts
    const others = [...needs.keys()].filter((server) => server !== serverName)
    const before = await known.of(others)
    const missing = others.filter((server) => !satisfies(before.get(server), needs.get(server)) && this.#mayAsk(server))
    if (missing.length > 0) await this.#ask(missing, needs, signal)
    const keys = new Map(missing.length > 0 ? await known.of(others) : before)
    for (const server of missing) this.#pauseUnless(satisfies(keys.get(server), needs.get(server)), server, options)
    return needs.has(serverName) ? keys.set(serverName, ownKeys) : keys
  }

  async #ask(missing: readonly ServerName[], needs: Needs, caller?: AbortSignal): Promise<void> {
    const { clock, options } = this.#parts
    const ended = new AbortController()
    const timer = clock.after(BATCH_TIMEOUT, () => ended.abort())
    const signal = caller ? AbortSignal.any([caller, ended.signal]) : ended.signal
    const servers = (asked: readonly ServerName[]) => this.#askServers(asked, signal)
    const notaries = (asked: readonly ServerName[]) => this.#askNotaries(asked, needs, signal)
    const steps = missing.length > MANY && options.notaries.length > 0 ? [notaries, servers] : [servers, notaries]
    try {
      let left = missing
      for (const step of steps) {
        await step(left)
        const keys = await this.#parts.known.of(left)
        left = left.filter((server) => !satisfies(keys.get(server), needs.get(server)))
        if (left.length === 0 || signal.aborted) return
      }
    } finally {
      timer.cancel()
    }
  }

  async #askServers(servers: readonly ServerName[], signal: AbortSignal): Promise<void> {
    const places = new FairSemaphore({ places: AT_ONCE, waitingPerKey: servers.length, waiting: servers.length })
    // One who waits alone may be at the door just now; in a crowd, those known to be away are passed over.
    const evenIfAway = servers.length === 1
    const ask = (server: ServerName) => places.run('', () => this.#fetchOnce(server, signal, evenIfAway), signal)
    await Promise.allSettled(servers.map(ask))
  }

  /** Callers of the same server share one request. It is nobody's alone, so a caller's signal only ends the waiting. */
  async #fetchOnce(server: ServerName, signal?: AbortSignal, evenIfAway = true): Promise<void> {
    const underWay = this.#fetching.get(server)
    const fetching = underWay ?? this.#fetch(server, evenIfAway).finally(() => this.#fetching.delete(server))
    if (!underWay) this.#fetching.set(server, fetching)
    await Promise.race([fetching, aborted(signal)])
  }

  async #fetch(server: ServerName, evenIfAway: boolean): Promise<void> {
    const { options } = this.#parts
    const answer = await fetchFromServer(server, { ...this.#parts, timeout: options.timeout }, undefined, evenIfAway)
    if (answer) await this.#learn(answer, false)
  }

  async #askNotaries(servers: readonly ServerName[], needs: Needs, signal: AbortSignal): Promise<void> {
    for (const notary of this.#parts.options.notaries) {
      const keys = await this.#keysOfNotary(notary, signal)
      // A notary is asked about itself directly or not at all.
      const asked = servers.filter((server) => server !== notary)
      for (let start = 0; start < asked.length && keys.size > 0 && !signal.aborted; start += SERVERS_PER_QUERY) {
        const batch = asked.slice(start, start + SERVERS_PER_QUERY)
        const wanted = new Map(batch.map((server) => [server, needs.get(server) ?? new Map()]))
        const parts = { ...this.#parts, timeout: this.#parts.options.timeout }
        const answers = await fetchFromNotary({ name: notary, keys }, wanted, parts, signal)
        for (const answer of answers) await this.#learn(answer, true)
      }
    }
  }

  /** The current keys of a notary, from itself. */
  async #keysOfNotary(notary: ServerName, signal: AbortSignal): Promise<KeySet> {
    const isCurrent = (key: KnownKey) => !key.old && key.validUntil >= this.#parts.clock.now()
    const current = async () =>
      new Map([...((await this.#parts.known.of([notary])).get(notary) ?? [])].filter(([, key]) => isCurrent(key)))
    const keys = await current()
    if (keys.size > 0 || !this.#mayAsk(notary)) return keys
    await this.#fetchOnce(notary, signal).catch(() => undefined)
    return await current()
  }

  async #learn(answer: ServerKeys, secondHand: boolean): Promise<void> {
    await this.#parts.known.learn(answer, this.#parts.clock.now(), secondHand).catch((error: unknown) => {
      this.#parts.log.warn({ error, destination: answer.serverName }, 'Could not keep the keys of a server.')
    })
  }

  #mayAsk(server: ServerName): boolean {
    const paused = this.#paused.get(server)
    return paused === undefined || paused.until <= this.#parts.clock.now()
  }

  #pauseUnless(satisfied: boolean, server: ServerName, { pause }: KeyRingOptions): void {
    if (satisfied) {
      this.#paused.delete(server)
      return
    }
    const times = (this.#paused.get(server)?.times ?? 0) + 1
    const time = Math.min(pause.max, pause.first * 2 ** Math.min(times - 1, 20))
    this.#paused.set(server, { until: this.#parts.clock.now() + time, times })
  }
}

/** A key that was retired stays as it is; asking again brings nothing. */
const satisfies = (keys: KeySet | undefined, needs: KeyNeeds | undefined): boolean =>
  [...(needs ?? [])].every(([keyId, validAt]) => {
    const key = keys?.get(keyId)
    return key !== undefined && (key.old || key.validUntil >= validAt)
  })

/**
 * By server and key: the latest time at which an event wants it. Until version 4 any time will do, and no key is ever good for an event
 * from further ahead than a key can be: that one is refused without asking anybody.
 */
function needsOf(events: readonly RoomEvent[], now: Milliseconds): Needs {
  const needs = new Map<ServerName, Map<KeyId, Milliseconds>>()
  for (const event of events) {
    const mayBeValid = event.originServerTs <= now + MAX_KEY_VALIDITY_MS
    const validAt = event.version.enforceKeyValidity && mayBeValid ? event.originServerTs : 0
    for (const { server, keyIds } of neededKeys(event)) {
      const keys = needs.get(server) ?? new Map<KeyId, Milliseconds>()
      needs.set(server, keys)
      for (const keyId of keyIds.slice(0, MAX_KEYS_PER_SERVER)) {
        if (!keys.has(keyId) && keys.size >= MAX_KEYS_PER_SERVER) continue
        keys.set(keyId, Math.max(validAt, keys.get(keyId) ?? 0))
      }
    }
  }
  return needs
}

const aborted = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) => {
    if (signal?.aborted) reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
