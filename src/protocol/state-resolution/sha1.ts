// SHA-1 of a short text, which orders events in room version 1 and protects nothing.
// spec: rooms/v1 #state-resolution; RFC 3174 §6.1

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits))

/** SHA-1 of the UTF-8 bytes of a text, 40 hexadecimal digits. */
export function sha1Hex(text: string): string {
  const sum = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]
  const blocks = paddedWords(utf8(text))
  for (let start = 0; start < blocks.length; start += 16) addBlock(sum, blocks.subarray(start, start + 16))
  return sum.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** The message, a one bit, zeros, and the length in bits as 64 bits. */
function paddedWords(bytes: readonly number[]): Uint32Array {
  const words = new Uint32Array((((bytes.length + 8) >> 6) + 1) * 16)
  const put = (at: number, byte: number) => {
    words[at >> 2] = (words[at >> 2] ?? 0) | (byte << (24 - (at % 4) * 8))
  }
  bytes.forEach((byte, at) => {
    put(at, byte)
  })
  put(bytes.length, 0x80)
  words[words.length - 1] = bytes.length * 8
  return words
}

function addBlock(sum: number[], block: Uint32Array): void {
  const w = new Uint32Array(80)
  w.set(block)
  for (let t = 16; t < 80; t++) w[t] = rotate(at(w, t - 3) ^ at(w, t - 8) ^ at(w, t - 14) ^ at(w, t - 16), 1)
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = sum
  for (let t = 0; t < 80; t++) {
    const next = (rotate(a, 5) + round(t, b, c, d) + e + at(w, t)) | 0
    e = d
    d = c
    c = rotate(b, 30)
    b = a
    a = next
  }
  const added = [a, b, c, d, e]
  added.forEach((word, i) => {
    sum[i] = ((sum[i] ?? 0) + word) | 0
  })
}

function round(t: number, b: number, c: number, d: number): number {
  if (t < 20) return ((b & c) | (~b & d)) + 0x5a827999
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1
  if (t < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
  return (b ^ c ^ d) + 0xca62c1d6
}

const at = (words: Uint32Array, index: number): number => words[index] ?? 0

/** The protocol loads no platform library, so also no TextEncoder. A lone surrogate becomes U+FFFD. */
function utf8(text: string): number[] {
  const bytes: number[] = []
  for (const character of text.toWellFormed()) {
    const point = character.codePointAt(0) ?? 0
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63))
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63))
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63))
  }
  return bytes
}
