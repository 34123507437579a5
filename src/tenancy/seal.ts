// Seals small secrets for the database: AES-256-GCM, bound to what they are for, so that a sealed value cannot be moved to another tenant or use.
// spec: NIST SP 800-38D

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
/** First byte of a sealed value: how it was sealed. */
const form = 1
const nonceBytes = 12
const tagBytes = 16

/** Seals `secret`. `purpose` is not stored, but must be the same when it is opened. Random nonces are safe here: far fewer than 2^32 values per key. */
export function seal(key: Buffer, purpose: string, secret: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(purpose))
  const body = Buffer.concat([cipher.update(secret), cipher.final()])
  return Buffer.concat([Buffer.from([form]), nonce, body, cipher.getAuthTag()])
}

/** Opens what `seal` made; undefined when the key or the purpose is another, or the value was changed. */
export function unseal(key: Buffer, purpose: string, sealed: Uint8Array): Buffer | undefined {
  if (sealed[0] !== form || sealed.length < 1 + nonceBytes + tagBytes) return undefined
  const nonce = sealed.subarray(1, 1 + nonceBytes)
  const body = sealed.subarray(1 + nonceBytes, sealed.length - tagBytes)
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(purpose)).setAuthTag(sealed.subarray(sealed.length - tagBytes))
  try {
    return Buffer.concat([decipher.update(body), decipher.final()])
  } catch {
    return undefined
  }
}
