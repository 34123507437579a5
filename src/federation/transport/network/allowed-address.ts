// Which addresses we connect to: a stranger chooses the name, so it must not lead into our own networks (SSRF).
// Asked about the address that is connected to, after resolving: a name that changes its mind gains nothing.
// spec: RFC 6890 and its registries (special-purpose addresses); client-server-api #security-considerations

import { BlockList, isIP } from 'node:net'

export interface AddressRules {
  /** Private, loopback and link-local addresses may be reached (test networks, authorities on one internal network). */
  readonly allowPrivate: boolean
  /** CIDR ranges that may be reached although they are private. */
  readonly allow?: readonly string[]
  /** CIDR ranges that may never be reached. Stronger than the other two. */
  readonly deny?: readonly string[]
}

const special = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
  ...['::/128', '::1/128', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
  ...['5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
]

/** No server lives there, whatever the configuration says: multicast and broadcast. */
const never = ['224.0.0.0/4', '255.255.255.255/32', 'ff00::/8']

/** Makes the check `address → may it be connected to`. Throws `RangeError` for a range that is none: configuration is checked at the start. */
export function allowedAddress(rules: AddressRules): (address: string) => boolean {
  const denied = listOf([...never, ...(rules.deny ?? [])])
  const allowed = listOf(rules.allow ?? [])
  const refused = listOf(rules.allowPrivate ? [] : special)
  return (text) => {
    const address = plainAddress(text)
    if (address === undefined || isIn(denied, address)) return false
    return isIn(allowed, address) || !isIn(refused, address)
  }
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', length = ''] = range.split('/')
    const family = isIP(address)
    const bits = length === '' ? (family === 4 ? 32 : 128) : Number(length)
    if (family === 0 || !Number.isInteger(bits)) throw new RangeError(`"${range}" is no address range like 10.0.0.0/8.`)
    list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

const isIn = (list: BlockList, address: string) => list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')

/** An IPv4 address in IPv6 clothes (mapped, compatible, NAT64) is judged as the IPv4 address that it reaches. */
function plainAddress(text: string): string | undefined {
  const family = isIP(text)
  if (family === 4) return text
  if (family !== 6 || text.includes('%')) return undefined
  const groups = groupsOf(text)
  const head = groups
    .slice(0, 6)
    .map((group) => group.toString(16))
    .join(':')
  const embeds = head === '0:0:0:0:0:ffff' || head === '64:ff9b:0:0:0:0' || head === '0:0:0:0:ffff:0'
  const compatible = head === '0:0:0:0:0:0' && (groups[6] ?? 0) !== 0
  if (!embeds && !compatible) return text
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.')
}

/** The eight groups of a valid IPv6 address. The URL parser writes every form in one way: lower case, no dotted tail. */
function groupsOf(address: string): number[] {
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [left = '', right] = text.split('::')
  const before = hexGroups(left)
  const after = right === undefined ? [] : hexGroups(right)
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after]
}

const hexGroups = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
