// What the protocol needs of cryptography, as an interface: the protocol is pure data and loads no library.
// Implemented in platform/crypto (libsodium, with Node's own as the fallback).
// spec: appendices #signing-json, #unpadded-base64

/** Unpadded base64, standard alphabet. */
export type Base64 = string & { readonly __brand?: 'Base64' }

/** One Ed25519 signing key of a server. `keyId` is `ed25519:<version>`. The secret stays inside `sign`. */
export interface SigningKey {
  readonly keyId: string
  /** Public key, unpadded base64. */
  readonly publicKey: Base64
  /** Signs the UTF-8 bytes of `message`; returns the signature in unpadded base64. */
  sign(message: string): Base64
}

export interface Crypto {
  /** SHA-256 of the UTF-8 bytes of `text`, unpadded standard base64. */
  sha256(text: string): Base64
  /** SHA-256 of the UTF-8 bytes of `text`, unpadded URL-safe base64. */
  sha256UrlSafe(text: string): string
  /** Verifies an Ed25519 signature over the UTF-8 bytes of `message`. False, never an exception, for malformed input. */
  verify(publicKey: Base64, signature: Base64, message: string): boolean
}
