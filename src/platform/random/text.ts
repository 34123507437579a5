// Characters drawn evenly from bytes.

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** 62 × 4: a byte from here on would make the first characters likelier, so it is thrown away. */
const EVEN = 248

export function textFrom(bytes: (length: number) => Uint8Array, length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of bytes(length - text.length)) {
      if (byte < EVEN) text += ALPHABET[byte % ALPHABET.length]
    }
  }
  return text
}
