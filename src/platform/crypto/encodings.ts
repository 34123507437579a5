// Unpadded base64 to bytes and back.
// spec: appendices #unpadded-base64

import type { Base64 } from '#protocol/crypto/crypto.ts'

const alphabet = /^[A-Za-z0-9+/]*={0,2}$/

/** The bytes of standard base64, padded or not; undefined for another alphabet or another number of bytes. */
export function decodeBase64(text: string, bytes: number): Buffer | undefined {
  // The length first: a stranger's text of any size must cost nothing.
  if (text.length > 4 * Math.ceil(bytes / 3) || !alphabet.test(text)) return undefined
  const decoded = Buffer.from(text, 'base64')
  return decoded.length === bytes ? decoded : undefined
}

export function encodeBase64(bytes: Uint8Array): Base64 {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  const padding = text.indexOf('=')
  return padding === -1 ? text : text.slice(0, padding)
}
