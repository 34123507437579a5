// Server names: a host name or address, and perhaps a port. Case counts.
// spec: appendices #server-name

import { MAX_IDENTIFIER_BYTES } from '#protocol/size-limits/size-limits.ts'
import type { ServerName } from './identifier-types.ts'

export interface ServerAddress {
  readonly kind: 'ipv4' | 'ipv6' | 'dns'
  /** Without the brackets of an IPv6 literal. */
  readonly host: string
  /** Undefined: no port is named, so discovery decides. */
  readonly port: number | undefined
}

const shape = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*))(?::([0-9]{1,5}))?$/
const fourNumbers = /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/

/** A server name, or undefined for text that is none. */
export function parseServerName(text: string): ServerName | undefined {
  return read(text) === undefined ? undefined : (text as ServerName)
}

/** The parts of a server name. */
export function addressOf(serverName: ServerName): ServerAddress {
  const address = read(serverName)
  if (address === undefined) throw new TypeError('A ServerName was made without parseServerName.')
  return address
}

function read(text: string): ServerAddress | undefined {
  if (text.length > MAX_IDENTIFIER_BYTES) return undefined
  const match = shape.exec(text)
  if (match === null) return undefined
  const [, ipv6, name, portText] = match
  const port = portText === undefined ? undefined : Number(portText)
  // The grammar allows five digits; nothing can be reached above 65535.
  if (port !== undefined && port > 65_535) return undefined
  if (ipv6 !== undefined) return isIpv6(ipv6) ? { kind: 'ipv6', host: ipv6, port } : undefined
  if (name === undefined) return undefined
  if (!fourNumbers.test(name)) return { kind: 'dns', host: name, port }
  return isIpv4(name) ? { kind: 'ipv4', host: name, port } : undefined
}

const isIpv4 = (text: string): boolean => fourNumbers.test(text) && text.split('.').every((part) => Number(part) <= 255)

/** RFC 3513 §2.2: eight groups, one run of zero groups as `::`, the last two perhaps as an IPv4 address. */
function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.map(groupsOf)
  let count = 0
  for (const [index, half] of groups.entries()) {
    const size = sizeOf(half, index === groups.length - 1)
    if (size === undefined) return false
    count += size
  }
  return halves.length === 2 ? count <= 7 : count === 8
}

const groupsOf = (half: string): string[] => (half === '' ? [] : half.split(':'))

function sizeOf(groups: readonly string[], isLast: boolean): number | undefined {
  let size = 0
  for (const [index, group] of groups.entries()) {
    const isTail = isLast && index === groups.length - 1
    if (/^[0-9A-Fa-f]{1,4}$/.test(group)) size += 1
    else if (isTail && isIpv4(group)) size += 2
    else return undefined
  }
  return size
}
