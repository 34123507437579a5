// Signatures over keys. Their key IDs hold device IDs or public keys, so they are not the key IDs of servers.
// spec: appendices #signing-json; client-server-api #cross-signing

import type { Crypto } from '#protocol/crypto/crypto.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import {
  CanonicalJsonError,
  canonicalJson,
  type JsonObject,
  objectAt,
  stringAt,
  withMember,
  withoutMembers,
} from '#protocol/json/json.ts'
import { textToSign } from '#protocol/signing/signing.ts'

/** The signature that `signer` made with `keyId` (`ed25519:…`), if the object carries one. */
export const signatureBy = (object: JsonObject, signer: UserId, keyId: string): string | undefined =>
  stringAt(objectAt(objectAt(object, 'signatures') ?? {}, signer) ?? {}, keyId)

/** True if the object carries a good signature of `signer` with this key. */
export function isSignedBy(
  object: JsonObject,
  signer: { readonly userId: UserId; readonly keyId: string; readonly publicKey: string },
  crypto: Crypto,
): boolean {
  const signature = signatureBy(object, signer.userId, signer.keyId)
  const text = canonicalOrUndefined(withoutMembers(object, 'signatures', 'unsigned'))
  return signature !== undefined && text !== undefined && crypto.verify(signer.publicKey, signature, textToSign(object))
}

/** Canonical JSON, or undefined for a value that has none (fractions, lone surrogates). */
export function canonicalOrUndefined(object: JsonObject | string): string | undefined {
  try {
    return canonicalJson(object)
  } catch (error) {
    if (error instanceof CanonicalJsonError) return undefined
    throw error
  }
}

/** True if two keys are the same but for their signatures and what servers added. */
export function isSameKey(one: JsonObject, other: JsonObject): boolean {
  const text = canonicalOrUndefined(withoutMembers(one, 'signatures', 'unsigned'))
  return text !== undefined && text === canonicalOrUndefined(withoutMembers(other, 'signatures', 'unsigned'))
}

/** A copy that carries the signatures of one user only: what others may see, and no one's social graph. */
export function withSignaturesOf(object: JsonObject, userId: UserId): JsonObject {
  const own = objectAt(objectAt(object, 'signatures') ?? {}, userId)
  const bare = withoutMembers(object, 'signatures', 'unsigned')
  return own === undefined ? bare : withMember(bare, 'signatures', withMember({}, userId, own))
}

/** A copy with one more signature. */
export function withSignature(object: JsonObject, signer: string, keyId: string, signature: string): JsonObject {
  const all = objectAt(object, 'signatures') ?? {}
  const own = objectAt(all, signer) ?? {}
  return withMember(object, 'signatures', withMember(all, signer, withMember(own, keyId, signature)))
}
