// From a server name to the places to connect to, the `Host` header to send and the certificate to expect.
// spec: server-server-api #resolving-server-names (the steps are numbered as there)

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import type { Random } from '#platform/random/random.ts'
import { addressOf, type ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Place } from '../network/connect.ts'
import type { Dns } from './dns.ts'
import { orderServices } from './order-services.ts'

export interface Resolution {
  /** Tried in order. Empty: nothing was found. */
  readonly places: readonly Place[]
  readonly hostHeader: string
  readonly certificateName: string
  readonly until: Milliseconds
}

export interface DiscoveryParts {
  readonly dns: Dns
  readonly wellKnown: { delegateOf(host: string): Promise<ServerName | undefined> }
  readonly clock: Clock
  readonly random: Random
  /** Whether "nothing found" is remembered (for as long as the DNS says). */
  readonly cacheFailures: boolean
  /** 8448; another one in tests. */
  readonly defaultPort?: number
}

/** Addresses kept of one server: trying more would outlast any request. */
const MAX_PLACES = 16
/** How long a place where nobody answered is still tried while the name is being looked up anew (milliseconds): resolvers may be silent for seconds. */
const DOUBT_TIME: Milliseconds = 300_000
/** Where failures are not remembered, things change by the second: nothing found by falling back is kept longer. */
const SHORT_TIME: Milliseconds = 5000

export class Discovery {
  readonly #parts: DiscoveryParts
  /** Server names, some 500 bytes each. */
  readonly #resolved = new BoundedCache<ServerName, Resolution>({ capacity: 20_000 })
  /** Where nobody answered the last time, until another look-up says something. As many at most. */
  readonly #doubted = new BoundedCache<ServerName, Resolution>({ capacity: 20_000 })
  readonly #resolving = new Map<ServerName, Promise<Resolution>>()

  constructor(parts: DiscoveryParts) {
    this.#parts = parts
  }

  /** Never rejects. Bounded by the timeouts of DNS and `.well-known`. */
  resolve(serverName: ServerName): Promise<Resolution> {
    const known = this.#resolved.get(serverName)
    if (known && known.until > this.#parts.clock.now()) return Promise.resolve(known)
    const resolving = this.#lookUp(serverName)
    const doubted = this.#doubted.get(serverName)
    return doubted && doubted.until > this.#parts.clock.now() ? Promise.resolve(doubted) : resolving
  }

  /** Nobody answered there: the next call looks again, and a server that comes back where it was need not wait for what is found. */
  forget(serverName: ServerName): void {
    const known = this.#resolved.get(serverName)
    if (known === undefined) return
    this.#resolved.delete(serverName)
    this.#doubted.set(serverName, { ...known, until: this.#parts.clock.now() + DOUBT_TIME })
  }

  #lookUp(serverName: ServerName): Promise<Resolution> {
    const underWay = this.#resolving.get(serverName)
    if (underWay) return underWay
    const resolving = this.#resolveAnew(serverName).finally(() => this.#resolving.delete(serverName))
    this.#resolving.set(serverName, resolving)
    return resolving
  }

  async #resolveAnew(serverName: ServerName): Promise<Resolution> {
    const resolution = await this.#steps(serverName)
    this.#doubted.delete(serverName)
    if (resolution.places.length > 0 || this.#parts.cacheFailures) this.#resolved.set(serverName, resolution)
    return resolution
  }

  async #steps(serverName: ServerName): Promise<Resolution> {
    const address = addressOf(serverName)
    if (address.kind !== 'dns' || address.port !== undefined) return await this.#direct(serverName) // 1, 2
    const delegate = await this.#parts.wellKnown.delegateOf(address.host) // 3
    if (delegate === undefined) return await this.#byServices(serverName) // 4, 5, 6
    const delegated = addressOf(delegate)
    const isDirect = delegated.kind !== 'dns' || delegated.port !== undefined
    return isDirect ? await this.#direct(delegate) : await this.#byServices(delegate) // 3.1, 3.2; 3.3, 3.4, 3.5
  }

  /** An address, or a name with a port: 1, 2, 3.1, 3.2. Also the end of 3.5 and 6. */
  async #direct(name: ServerName): Promise<Resolution> {
    const { kind, host, port = this.#parts.defaultPort ?? 8448 } = addressOf(name)
    if (kind !== 'dns') return this.#resolution(name, [{ address: host, port }], Number.POSITIVE_INFINITY)
    const found = await this.#parts.dns.addressesOf(host)
    return this.#resolution(
      name,
      found.items.map((address) => ({ address, port })),
      found.ttl,
    )
  }

  /** A name without a port: 3.3 or 4, then 3.4 or 5, then 3.5 or 6. */
  async #byServices(name: ServerName): Promise<Resolution> {
    const { dns } = this.#parts
    // Both at once: two silent look-ups in a row would outlast the request.
    const [registered, deprecated] = await Promise.all([
      dns.servicesOf(`_matrix-fed._tcp.${name}`),
      dns.servicesOf(`_matrix._tcp.${name}`),
    ])
    const found = registered.items.length > 0 ? registered : deprecated
    if (found.items.length > 0) return await this.#atServices(name, found)
    return await this.#direct(name)
  }

  async #atServices(name: ServerName, found: Awaited<ReturnType<Dns['servicesOf']>>): Promise<Resolution> {
    const { dns, random } = this.#parts
    const services = orderServices(found.items, random)
    const addresses = await Promise.all(services.map((service) => dns.addressesOf(service.name)))
    const places = services.flatMap(({ port }, index) =>
      (addresses[index]?.items ?? []).map((address) => ({ address, port })),
    )
    return this.#resolution(name, places, Math.min(found.ttl, ...addresses.map(({ ttl }) => ttl)))
  }

  #resolution(name: ServerName, places: readonly Place[], ttl: Milliseconds): Resolution {
    const time = this.#parts.cacheFailures ? ttl : Math.min(ttl, SHORT_TIME)
    return {
      places: places.slice(0, MAX_PLACES),
      hostHeader: name,
      certificateName: addressOf(name).host,
      until: this.#parts.clock.now() + time,
    }
  }
}
