// Cryptography for the protocol: SHA-256 and Ed25519, by libsodium with Node's own as the fallback. Face of the folder.
// spec: appendices #signing-json, #unpadded-base64

import { randomBytes } from 'node:crypto'
import type { Crypto, SigningKey } from '#protocol/crypto/crypto.ts'
import type { Ed25519 } from './ed25519.ts'
import { decodeBase64, encodeBase64 } from './encodings.ts'
import { nodeEd25519 } from './node-ed25519.ts'
import { sha256, sha256UrlSafe } from './sha256.ts'
import { loadSodium } from './sodium-ed25519.ts'

export { decodeBase64, encodeBase64 } from './encodings.ts'

const SEED_BYTES = 32

/** A `Crypto` that can also make signing keys. */
export interface Cryptography extends Crypto {
  /** Which implementation signs and verifies. */
  readonly implementation: 'sodium' | 'node'
  /** The signing key of a 32-byte seed. `version` is the part of the key ID after `ed25519:`, of `[a-zA-Z0-9_]`. */
  signingKeyFromSeed(seed: Uint8Array, version: string): SigningKey
}

/** Loads libsodium, or Node's own where it does not load. `preferred` is for tests that compare the two. */
export function loadCrypto(preferred?: 'sodium' | 'node'): Cryptography {
  const sodium = preferred === 'node' ? undefined : loadSodium()
  if (sodium !== undefined) return cryptoWith('sodium', sodium)
  if (preferred === 'sodium')
    throw new Error('libsodium does not load. Install the package sodium-native for this platform.')
  return cryptoWith('node', nodeEd25519)
}

function cryptoWith(implementation: Cryptography['implementation'], ed25519: Ed25519): Cryptography {
  return {
    implementation,
    sha256,
    sha256UrlSafe,
    verify: (publicKey, signature, message) => verifyWith(ed25519, publicKey, signature, message),
    signingKeyFromSeed: (seed, version) => signingKeyWith(ed25519, seed, version),
  }
}

function verifyWith(ed25519: Ed25519, publicKey: string, signature: string, message: string): boolean {
  const keyBytes = decodeBase64(publicKey, 32)
  const signatureBytes = decodeBase64(signature, 64)
  if (keyBytes === undefined || signatureBytes === undefined) return false
  try {
    return ed25519.verify(keyBytes, signatureBytes, message)
  } catch {
    // OpenSSL throws for bytes that are no point of the curve: a wrong key is a wrong signature.
    return false
  }
}

function signingKeyWith(ed25519: Ed25519, seed: Uint8Array, version: string): SigningKey {
  if (seed.length !== SEED_BYTES) throw new RangeError('The seed of a signing key has 32 bytes.')
  if (!/^[a-zA-Z0-9_]+$/.test(version))
    throw new RangeError('The version of a signing key is made of a-z, A-Z, 0-9 and _.')
  const pair = ed25519.keyPair(seed)
  return {
    keyId: `ed25519:${version}`,
    publicKey: encodeBase64(pair.publicKey),
    sign: (message) => encodeBase64(pair.sign(message)),
  }
}

/** The signing key of a 32-byte seed. */
export const signingKeyFromSeed = (seed: Uint8Array, version: string): SigningKey =>
  loadCrypto().signingKeyFromSeed(seed, version)

/** A new seed and its key. Keep the seed secret and safe: events are signed with it for ever. `random` gives `n` random bytes. */
export function generateSigningKey(
  version: string,
  random: (bytes: number) => Uint8Array = randomBytes,
): { readonly seed: Uint8Array; readonly key: SigningKey } {
  const seed = random(SEED_BYTES)
  return { seed, key: signingKeyFromSeed(seed, version) }
}
