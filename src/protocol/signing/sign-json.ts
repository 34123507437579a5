// Signs a JSON object.
// spec: appendices #signing-details

import type { SigningKey } from '#protocol/crypto/crypto.ts'
import {
  canonicalJson,
  type JsonObject,
  type NumberReading,
  objectAt,
  withMember,
  withoutMembers,
} from '#protocol/json/json.ts'

/** What a signature covers: all but `signatures` and `unsigned`, as canonical JSON. Throws `CanonicalJsonError`. */
export const textToSign = (object: JsonObject, numbers: NumberReading = 'integers'): string =>
  canonicalJson(withoutMembers(object, 'signatures', 'unsigned'), numbers)

/**
 * A copy of the object with a signature of ours beside those that it has. `unsigned` stays and is not covered. Throws
 * `CanonicalJsonError` for an object without canonical JSON.
 */
export function signJson(object: JsonObject, serverName: string, key: SigningKey): JsonObject {
  return addSignature(object, serverName, key.keyId, key.sign(textToSign(object)))
}

/** A copy of the object with one more signature. */
export function addSignature(object: JsonObject, serverName: string, keyId: string, signature: string): JsonObject {
  const all = objectAt(object, 'signatures') ?? {}
  const ours = objectAt(all, serverName) ?? {}
  return withMember(object, 'signatures', withMember(all, serverName, withMember(ours, keyId, signature)))
}
