// Who the client is when reverse proxies stand between.
// Only proxies that the operator named are believed: the list of addresses is read from the right, and the first one that is not such a
// proxy is the client. What stands further left was written by the client itself.

import { BlockList, isIP } from 'node:net'

export class TrustedProxies {
  readonly #list = new BlockList()
  readonly #any: boolean

  /** @param named addresses and CIDR ranges. Throws a RangeError on anything else. */
  constructor(named: readonly string[]) {
    this.#any = named.length > 0
    for (const one of named) addTo(this.#list, one)
  }

  trusts(address: string): boolean {
    if (!this.#any) return false
    const family = isIP(address)
    return family !== 0 && this.#list.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }

  /**
   * The client's address.
   *
   * @param peer address of the connection
   * @param forwarded value of `X-Forwarded-For`
   */
  clientOf(peer: string, forwarded: string | undefined): string {
    if (forwarded === undefined || !this.trusts(peer)) return peer
    let client = peer
    for (const hop of forwarded.split(',').reverse()) {
      const address = plainAddress(hop.trim())
      // Something that is no address: nothing to the left of it can be believed.
      if (isIP(address) === 0) return client
      client = address
      if (!this.trusts(address)) return client
    }
    return client
  }
}

/** IPv4 inside IPv6 (`::ffff:192.0.2.1`, what a dual-stack socket tells) becomes IPv4; brackets and ports, which some proxies add, go. */
export function plainAddress(address: string): string {
  if (address.startsWith('[')) return plainAddress(address.slice(1).replace(/\](:\d+)?$/, ''))
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice(7)
  return /^\d+\.\d+\.\d+\.\d+:\d+$/.test(address) ? address.slice(0, address.indexOf(':')) : address
}

function addTo(list: BlockList, named: string): void {
  const [address = '', prefix] = named.split('/')
  const family = isIP(address)
  if (family === 0) throw new RangeError(`"${named}" is not an IP address or CIDR range such as 10.0.0.0/8.`)
  const type = family === 6 ? 'ipv6' : 'ipv4'
  if (prefix === undefined) {
    list.addAddress(address, type)
    return
  }
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  if (!(bits <= (family === 6 ? 128 : 32))) throw new RangeError(`"${named}" has no valid prefix length.`)
  list.addSubnet(address, bits, type)
}
