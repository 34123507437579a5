// Ed25519 by libsodium: the fast implementation.
// spec: appendices #signing-details

import { createRequire } from 'node:module'
import type { Ed25519 } from './ed25519.ts'

/** The part of sodium-native that we use; the package brings no types. */
interface Sodium {
  crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
}

/** Undefined where the native module does not load (another platform, another C library). */
export function loadSodium(): Ed25519 | undefined {
  const sodium = requireSodium()
  if (sodium === undefined) return undefined
  return {
    keyPair: (seed) => {
      const publicKey = Buffer.alloc(32)
      const secretKey = Buffer.alloc(64)
      sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed)
      return { publicKey, sign: (message) => signWith(sodium, secretKey, message) }
    },
    verify: (publicKey, signature, message) =>
      sodium.crypto_sign_verify_detached(signature, Buffer.from(message, 'utf8'), publicKey),
  }
}

function signWith(sodium: Sodium, secretKey: Uint8Array, message: string): Uint8Array {
  const signature = Buffer.allocUnsafe(64)
  sodium.crypto_sign_detached(signature, Buffer.from(message, 'utf8'), secretKey)
  return signature
}

function requireSodium(): Sodium | undefined {
  try {
    return createRequire(import.meta.url)('sodium-native') as Sodium
  } catch {
    return undefined
  }
}
