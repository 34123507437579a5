// `/.well-known/matrix/server`: where a host name delegates its Matrix server to, remembered as long as its headers say.
// spec: server-server-api #resolving-server-names, step 3; RFC 9111 (freshness)

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import type { Random } from '#platform/random/random.ts'
import { parseServerName, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { isObject, parseJson, stringAt } from '#protocol/json/json.ts'
import type { PlainFetch } from '../network/network.ts'
import { readBounded } from '../network/read-bounded.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** "The recommended sensible default is 24 hours", at most 48, and at least five minutes so that `no-store` cannot make every request two. */
const DEFAULT_TIME = 24 * HOUR
const MAX_TIME = 48 * HOUR
const MIN_TIME = 5 * MINUTE
/** Failures: two minutes, doubling "up to an hour". */
const FIRST_FAILURE_TIME = 2 * MINUTE
const MAX_FAILURE_TIME = HOUR
/** More hops than any sane set-up has. Also what ends a loop. */
const MAX_REDIRECTS = 5
/** A server name has 255 bytes; the rest is room for members that we do not know. */
const MAX_BYTES = 50 * 1024
/** For all hops together. */
const TIMEOUT = 10 * SECOND

/** What is known of a host name. `failures` in a row; `delegate` may be a good old answer that outlives a failure. */
interface Known {
  readonly delegate: ServerName | undefined
  readonly until: Milliseconds
  /** The good answer may be used, if asking fails, until here. */
  readonly goodUntil: Milliseconds
  readonly failures: number
}

type Asked =
  | { readonly kind: 'delegated'; readonly delegate: ServerName; readonly time: Milliseconds }
  /** It answered, but not with a delegation. */
  | { readonly kind: 'invalid' }
  | { readonly kind: 'unreachable' }

export interface WellKnownParts {
  readonly fetch: PlainFetch
  readonly clock: Clock
  readonly random: Random
  /** Whether failures are remembered. Not in test runs, where servers come and go by the second. */
  readonly cacheFailures: boolean
  /** 443; another one in tests. */
  readonly port?: number
}

export class WellKnown {
  readonly #parts: WellKnownParts
  /** Hosts: enough for a large federation, 200 bytes each. */
  readonly #known = new BoundedCache<string, Known>({ capacity: 20_000 })
  readonly #asking = new Map<string, Promise<Known>>()

  constructor(parts: WellKnownParts) {
    this.#parts = parts
  }

  /** The delegated server name, or undefined when there is none (step 4 follows). Never rejects. */
  async delegateOf(host: string): Promise<ServerName | undefined> {
    const known = this.#known.get(host)
    if (known && known.until > this.#parts.clock.now()) return known.delegate
    return (await this.#askOnce(host, known)).delegate
  }

  #askOnce(host: string, before: Known | undefined): Promise<Known> {
    const underWay = this.#asking.get(host)
    if (underWay) return underWay
    const asking = this.#ask(host, before).finally(() => this.#asking.delete(host))
    this.#asking.set(host, asking)
    return asking
  }

  async #ask(host: string, before: Known | undefined): Promise<Known> {
    const answer = await this.#fetch(host)
    const known = this.#remember(answer, before)
    this.#known.set(host, known)
    return known
  }

  #remember(answer: Asked, before: Known | undefined): Known {
    const now = this.#parts.clock.now()
    if (answer.kind === 'delegated') {
      const { delegate, time } = answer
      return { delegate, until: now + time, goodUntil: now + MAX_TIME, failures: 0 }
    }
    const failures = (before?.failures ?? 0) + 1
    const wait = Math.min(FIRST_FAILURE_TIME * 2 ** Math.min(failures - 1, 10), MAX_FAILURE_TIME)
    // Jitter: hosts that failed together must not be asked together again.
    const until = this.#parts.cacheFailures ? now + wait * (0.8 + 0.2 * this.#parts.random.fraction()) : now
    // A host whose web server is down has not moved: its delegation stands for the 48 hours that any cache may keep it.
    const stands = answer.kind === 'unreachable' && before !== undefined && before.goodUntil > now
    return {
      delegate: stands ? before.delegate : undefined,
      until,
      goodUntil: stands ? before.goodUntil : 0,
      failures,
    }
  }

  async #fetch(host: string): Promise<Asked> {
    const controller = new AbortController()
    const timer = this.#parts.clock.after(TIMEOUT, () => controller.abort(new Error('The host is silent.')))
    try {
      return await this.#follow(firstUrl(host, this.#parts.port), controller.signal)
    } catch {
      return { kind: 'unreachable' }
    } finally {
      timer.cancel()
      // Ends a body that nobody will read.
      controller.abort()
    }
  }

  async #follow(start: URL, signal: AbortSignal): Promise<Asked> {
    let url = start
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const answer = await this.#parts.fetch.fetch(url, signal)
      const next = redirectOf(answer.status, answer.headers['location'], url)
      if (next === 'none') return await this.#read(answer.status, answer.headers, answer.body)
      if (next === 'bad') return { kind: 'invalid' }
      url = next
    }
    return { kind: 'invalid' }
  }

  async #read(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: AsyncIterable<Uint8Array>,
  ): Promise<Asked> {
    if (status >= 500) return { kind: 'unreachable' }
    if (status !== 200) return { kind: 'invalid' }
    const bytes = await readBounded(body, MAX_BYTES)
    const delegate = bytes && readDelegate(bytes)
    return delegate
      ? { kind: 'delegated', delegate, time: freshFor(headers, this.#parts.clock.now()) }
      : { kind: 'invalid' }
  }
}

const firstUrl = (host: string, port = 443) => new URL(`https://${host}:${port}/.well-known/matrix/server`)

function redirectOf(status: number, location: string | undefined, from: URL): URL | 'none' | 'bad' {
  if (![301, 302, 303, 307, 308].includes(status)) return 'none'
  const to = location === undefined ? null : URL.parse(location, from.href)
  return to?.protocol === 'https:' && to.username === '' ? to : 'bad'
}

function readDelegate(bytes: Uint8Array): ServerName | undefined {
  const { ok } = parseJson(bytes)
  return isObject(ok) ? parseServerName(stringAt(ok, 'm.server') ?? '') : undefined
}

/** How long an answer with these headers may be kept, within our bounds. */
export function freshFor(headers: Readonly<Record<string, string>>, now: Milliseconds): Milliseconds {
  return Math.min(MAX_TIME, Math.max(MIN_TIME, asTold(headers, now) ?? DEFAULT_TIME))
}

function asTold(headers: Readonly<Record<string, string>>, now: Milliseconds): Milliseconds | undefined {
  const control = headers['cache-control'] ?? ''
  if (/(^|[\s,])(no-store|no-cache)($|[\s,;=])/i.test(control)) return 0
  const maxAge = /(?:^|[\s,])max-age\s*=\s*"?([0-9]{1,10})/i.exec(control)?.[1]
  if (maxAge !== undefined) return Number(maxAge) * SECOND
  const expires = headers['expires'] === undefined ? Number.NaN : Date.parse(headers['expires'])
  if (headers['expires'] === undefined) return undefined
  // An unreadable date means "already expired" (RFC 9111 §5.3).
  return Number.isNaN(expires) ? 0 : expires - now
}
