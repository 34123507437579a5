// Checks the signature of a JSON object.
// spec: appendices #checking-for-a-signature

import type { Base64, Crypto } from '#protocol/crypto/crypto.ts'
import { type KeyId, parseKeyId } from '#protocol/identifiers/identifiers.ts'
import { CanonicalJsonError, type JsonObject, objectAt, stringAt } from '#protocol/json/json.ts'
import { textToSign } from './sign-json.ts'

/** The signatures of one server, by key ID. Algorithms that we do not understand are left out. */
export function signaturesOf(object: JsonObject, serverName: string): ReadonlyMap<KeyId, Base64> {
  const found = new Map<KeyId, Base64>()
  const signatures = objectAt(objectAt(object, 'signatures') ?? {}, serverName) ?? {}
  for (const name of Object.keys(signatures)) {
    const [keyId, signature] = [parseKeyId(name), stringAt(signatures, name)]
    if (keyId !== undefined && signature !== undefined) found.set(keyId, signature)
  }
  return found
}

/** True if the server signed the object with this key. False, never an exception, for anything malformed. */
export function verifyJson(
  object: JsonObject,
  serverName: string,
  keyId: KeyId,
  publicKey: Base64,
  crypto: Crypto,
): boolean {
  const signature = signaturesOf(object, serverName).get(keyId)
  if (signature === undefined) return false
  const text = textOrUndefined(object)
  return text !== undefined && crypto.verify(publicKey, signature, text)
}

function textOrUndefined(object: JsonObject): string | undefined {
  try {
    // Numbers as they came: a signature over a fraction is the signer's affair.
    return textToSign(object, 'any')
  } catch (error) {
    if (error instanceof CanonicalJsonError) return undefined
    throw error
  }
}
