// IP addresses as the bytes that certificates hold.
// spec: RFC 5280 §4.2.1.6, RFC 4291 §2.2

/** @param address a valid IPv4 or IPv6 address, without brackets or zone */
export function addressBytes(address: string): Uint8Array {
  return address.includes(':') ? ipv6Bytes(address) : Uint8Array.from(address.split('.'), Number)
}

function ipv6Bytes(address: string): Uint8Array {
  const [head = '', tail] = address.split('::')
  const left = groupsOf(head)
  const right = groupsOf(tail ?? '')
  const zeros = new Array<number>(16 - left.length - right.length).fill(0)
  return Uint8Array.from([...left, ...zeros, ...right])
}

function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
