// As much of DER as certificates need: writing, and walking over what is there.
// spec: ITU-T X.690 §8, §10

/** A DER element: tag and content, with where it stands in its buffer. */
export interface Element {
  readonly tag: number
  readonly content: Uint8Array
  /** Tag, length and content. */
  readonly whole: Uint8Array
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** A context-specific tag: [n], primitive or constructed. */
export const context = (n: number, constructed: boolean): number => (constructed ? 0xa0 : 0x80) | n

export function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(content.length)]), content])
}

export const sequence = (...contents: readonly Uint8Array[]): Uint8Array => element(TAG.sequence, ...contents)

/** @param dotted such as `2.5.4.3` */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(TAG.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** A non-negative integer of big-endian bytes. */
export function unsigned(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1
  const needed = bytes.subarray(start)
  // A set first bit would make it negative.
  return (needed[0] ?? 0) >= 0x80 ? element(TAG.integer, Buffer.from([0]), needed) : element(TAG.integer, needed)
}

/** A bit string of whole bytes, or with the last `unused` bits not counted. */
export const bitString = (bytes: Uint8Array, unused = 0): Uint8Array =>
  element(TAG.bitString, Buffer.from([unused]), bytes)

export const octetString = (bytes: Uint8Array): Uint8Array => element(TAG.octetString, bytes)

export const utf8 = (text: string): Uint8Array => element(TAG.utf8String, Buffer.from(text))

/** spec: RFC 5280 §4.1.2.5: two-digit years through 2049, four-digit years after. */
export function time(at: Date): Uint8Array {
  const digits = `${at.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`
  return at.getUTCFullYear() < 2050
    ? element(TAG.utcTime, Buffer.from(digits.slice(2)))
    : element(TAG.generalizedTime, Buffer.from(digits))
}

/** The elements one after the other in `bytes`. Throws a RangeError on what is no DER. */
export function elementsOf(bytes: Uint8Array): Element[] {
  const elements: Element[] = []
  for (let at = 0; at < bytes.length; ) {
    const one = elementAt(bytes, at)
    elements.push(one)
    at += one.whole.length
  }
  return elements
}

function elementAt(bytes: Uint8Array, at: number): Element {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) throw new RangeError('The DER data ends too early.')
  const octets = first < 0x80 ? 0 : first & 0x7f
  if (octets > 4 || first === 0x80) throw new RangeError('The DER data has a length that is not accepted.')
  let length = octets === 0 ? first : 0
  for (let i = 0; i < octets; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0)
  const start = at + 2 + octets
  if (start + length > bytes.length) throw new RangeError('The DER data ends too early.')
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) }
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length]
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return [0x80 | octets.length, ...octets]
}

function base128(value: number): number[] {
  const septets = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) septets.unshift((rest & 0x7f) | 0x80)
  return septets
}
