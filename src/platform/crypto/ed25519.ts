// What an Ed25519 implementation gives us, in bytes.
// spec: appendices #signing-details

export interface Ed25519 {
  /** `seed`: 32 bytes. */
  keyPair(seed: Uint8Array): { readonly publicKey: Uint8Array; sign(message: string): Uint8Array }
  /** `publicKey`: 32 bytes; `signature`: 64 bytes. May throw for a key that is no point of the curve. */
  verify(publicKey: Uint8Array, signature: Uint8Array, message: string): boolean
}
