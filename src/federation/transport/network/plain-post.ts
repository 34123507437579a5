// POSTs to ordinary https hosts (push gateways), under the same rules about addresses as everything else that leaves this process.
// Connections are kept: the gateway of an app is asked for every message. Belongs to the process: tenants share it.
// spec: push-gateway-api; RFC 9110

import { Pool } from 'undici'
import { BoundedCache } from '#platform/limits/limits.ts'
import type { Dns } from '../discovery/dns.ts'
import { connect } from './connect.ts'
import { NetworkError, type PlainPost, type WireAnswer } from './network.ts'
import {
  answerOf,
  asNetworkError,
  CONNECT_TIMEOUT,
  KEEP_ALIVE,
  poolOptions,
  type SocketParts,
  sendOrRepeat,
} from './socket-network.ts'

/** Hosts with open connections: users name them, so the one longest unused is closed. */
const MAX_HOSTS = 100
const CONNECTIONS_PER_HOST = 16

export class SocketPost implements PlainPost {
  readonly #parts: SocketParts
  readonly #dns: Dns
  readonly #pools = new BoundedCache<string, Pool>({
    capacity: MAX_HOSTS,
    // Lets requests under way end.
    onLeave: (pool) => void pool.close().catch(() => undefined),
  })

  constructor(parts: SocketParts, dns: Dns) {
    this.#parts = parts
    this.#dns = dns
  }

  async post(url: URL, body: Uint8Array, signal: AbortSignal): Promise<WireAnswer> {
    if (url.protocol !== 'https:') throw new NetworkError('address')
    const headers = { 'user-agent': 'Samband', host: url.host, 'content-type': 'application/json' }
    const asked = { path: url.pathname + url.search, method: 'POST' as const, headers, body, signal }
    try {
      // Gateways know a notification by its event ID, so that it may be repeated.
      return answerOf(await sendOrRepeat(this.#poolFor(url), asked))
    } catch (error) {
      throw asNetworkError(error, signal)
    }
  }

  /** Breaks off every connection. */
  async close(): Promise<void> {
    const pools = [...this.#pools.entries()].map(([, pool]) => pool)
    await Promise.all(pools.map((pool) => pool.destroy()))
    this.#pools.clear()
  }

  #poolFor(url: URL): Pool {
    const known = this.#pools.get(url.host)
    if (known !== undefined) return known
    const pool = new Pool(url.origin, {
      ...poolOptions,
      connections: CONNECTIONS_PER_HOST,
      keepAliveTimeout: KEEP_ALIVE,
      connect: (_options, done) => {
        this.#connectTo(url).then(
          (socket) => done(null, socket),
          (error: Error) => done(error, null),
        )
      },
    })
    this.#pools.set(url.host, pool)
    return pool
  }

  /** The name is looked up for each connection: a gateway may move, and an address that it moves to is judged anew. */
  async #connectTo(url: URL) {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const port = url.port === '' ? 443 : Number(url.port)
    const { clock, isAllowed, plainTrust, connectTimeout: timeout = CONNECT_TIMEOUT } = this.#parts
    const places = (await this.#dns.addressesOf(host)).items.map((address) => ({ address, port }))
    return await connect({
      places,
      certificateName: host,
      destination: host,
      trust: plainTrust(),
      isAllowed,
      timeout,
      clock,
    })
  }
}
