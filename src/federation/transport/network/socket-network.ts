// The network of sockets: HTTPS to the place that discovery finds, with a few kept-alive connections per server.
// With `plain-post.ts` the only file that imports undici. Belongs to the process: tenants share it.
// spec: server-server-api #tls, #resolving-server-names

import { type Dispatcher, Pool } from 'undici'
import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Discovery, Resolution } from '../discovery/discovery.ts'
import type { Dns } from '../discovery/dns.ts'
import { connect, type Place, type Trust } from './connect.ts'
import { type Network, NetworkError, type PlainFetch, type WireAnswer, type WireRequest } from './network.ts'

export interface SocketParts {
  readonly clock: Clock
  /** By tenant, since each has its own identity and partners. */
  readonly trustOf: (from: ServerName) => Trust
  /** For ordinary web servers: no pins, and nothing that tells who we are. */
  readonly plainTrust: () => Trust
  /** May this address be connected to? */
  readonly isAllowed: (address: string) => boolean
  /** For one address, handshake included; 5 s unless told. */
  readonly connectTimeout?: Milliseconds
}

/** One server as one tenant sees it. */
interface Peer {
  readonly pool: Pool
  places: readonly Place[]
}

/** Servers with open connections; the one longest unused is closed. 1,000 × 8 sockets stay under common limits of open files. */
const MAX_PEERS = 1000
const CONNECTIONS_PER_PEER = 8
export const CONNECT_TIMEOUT: Milliseconds = 5000
/** Longer than the pause between two messages of a lively room, shorter than the 60–75 s after which common proxies hang up. */
export const KEEP_ALIVE: Milliseconds = 30_000
/** Heads of answers: more than any real server sends. */
const MAX_HEADER_BYTES = 32 * 1024

/** No request names this origin: connections go to the resolved places, and `host` is a header of our own. */
const ORIGIN = 'https://matrix.invalid'

export class SocketNetwork implements Network {
  readonly #parts: SocketParts
  readonly #discovery: Discovery
  readonly #peers = new BoundedCache<string, Peer>({
    capacity: MAX_PEERS,
    // Lets requests under way end.
    onLeave: (peer) => void peer.pool.close().catch(() => undefined),
  })

  constructor(parts: SocketParts, discovery: Discovery) {
    this.#parts = parts
    this.#discovery = discovery
  }

  async exchange(request: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
    const resolution = await abortable(this.#discovery.resolve(request.to), signal)
    if (resolution.places.length === 0) throw new NetworkError('name')
    const { pool } = this.#peerOf(request, resolution)
    const asked = {
      path: request.target,
      method: request.method,
      headers: { ...request.headers, host: resolution.hostHeader },
      body: request.body ?? null,
      signal,
    }
    try {
      return answerOf(await (request.method === 'POST' ? pool.request(asked) : sendOrRepeat(pool, asked)))
    } catch (error) {
      // The server may have moved: look for it anew next time.
      this.#discovery.forget(request.to)
      throw asNetworkError(error, signal)
    }
  }

  /** Breaks off every connection. */
  async close(): Promise<void> {
    const pools = [...this.#peers.entries()].map(([, peer]) => peer.pool)
    await Promise.all(pools.map((pool) => pool.destroy()))
    this.#peers.clear()
  }

  #peerOf({ from, to, bulk }: WireRequest, resolution: Resolution): Peer {
    const key = `${bulk ? 'bulk' : 'ordinary'} ${from} ${to} ${resolution.hostHeader}`
    const known = this.#peers.get(key)
    if (known) {
      known.places = resolution.places
      return known
    }
    const peer: Peer = { places: resolution.places, pool: this.#poolFor(from, to, resolution, () => peer.places) }
    this.#peers.set(key, peer)
    return peer
  }

  #poolFor(from: ServerName, to: ServerName, { certificateName }: Resolution, places: () => readonly Place[]): Pool {
    const { clock, isAllowed, trustOf, connectTimeout: timeout = CONNECT_TIMEOUT } = this.#parts
    const trust = trustOf(from)
    return new Pool(ORIGIN, {
      ...poolOptions,
      connections: CONNECTIONS_PER_PEER,
      keepAliveTimeout: KEEP_ALIVE,
      connect: (_options, done) => {
        connect({ places: places(), certificateName, destination: to, trust, isAllowed, timeout, clock }).then(
          (socket) => done(null, socket),
          (error: Error) => done(error, null),
        )
      },
    })
  }
}

export const poolOptions = {
  allowH2: false,
  pipelining: 1,
  // Time is the caller's: its signal ends every request.
  headersTimeout: 0,
  bodyTimeout: 0,
  maxHeaderSize: MAX_HEADER_BYTES,
} as const

/**
 * A kept connection may have been closed by the other side at the very moment that we use it. What may be repeated is sent once more, on a
 * new connection; a POST to another server (claiming one-time keys) may not.
 */
export async function sendOrRepeat(pool: Pool, asked: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
  try {
    return await pool.request(asked)
  } catch (error) {
    const wasClosed = codeOf(error) === 'UND_ERR_SOCKET' || codeOf(error) === 'ECONNRESET'
    if (!wasClosed) throw error
    return await pool.request(asked)
  }
}

/** Certificate, hop and place of one `https` URL: a connection for each, since such URLs are rarely asked twice. */
export function socketFetch(parts: SocketParts, dns: Dns): PlainFetch {
  return {
    async fetch(url, signal) {
      if (url.protocol !== 'https:') throw new NetworkError('address')
      const host = url.hostname.replace(/^\[|\]$/g, '')
      const port = url.port === '' ? 443 : Number(url.port)
      const found = await abortable(dns.addressesOf(host), signal)
      const { clock, isAllowed, connectTimeout: timeout = CONNECT_TIMEOUT } = parts
      const trust = parts.plainTrust()
      const places = found.items.map((address) => ({ address, port }))
      const options = {
        places,
        certificateName: host,
        destination: host,
        trust,
        isAllowed,
        timeout,
        clock,
      }
      const pool = new Pool(url.origin, {
        ...poolOptions,
        connections: 1,
        connect: (_options, done) => {
          connect(options).then(
            (socket) => done(null, socket),
            (error: Error) => done(error, null),
          )
        },
      })
      try {
        const headers = { 'user-agent': 'Samband', host: url.host, connection: 'close' }
        return answerOf(await pool.request({ path: url.pathname + url.search, method: 'GET', headers, signal }))
      } catch (error) {
        throw asNetworkError(error, signal)
      } finally {
        // Waits for the body in the background, then lets go of the connection.
        void pool.close().catch(() => undefined)
      }
    },
  }
}

export function answerOf({ statusCode, headers, body }: Dispatcher.ResponseData): WireAnswer {
  const joined: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return { status: statusCode, headers: joined, body }
}

export function asNetworkError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  return error instanceof NetworkError ? error : new NetworkError('connection', { cause: error })
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** Discovery is shared by callers, so one who goes away must not end it for the others. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
