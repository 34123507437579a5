// Answers of a notary: other servers' keys, signed by the notary too.
// spec: server-server-api #querying-keys-through-another-server

import type { SigningKey } from '#protocol/crypto/crypto.ts'
import type { KeyId, ServerName } from '#protocol/identifiers/identifiers.ts'
import { arrayAt, isObject, type Json, type JsonObject } from '#protocol/json/json.ts'
import { signaturesOf, signJson, type VerifyKey, verifyJson } from '#protocol/signing/signing.ts'
import { namedServer, type ReadParts, readServerKeys, type ServerKeys } from './read-server-keys.ts'

/** Answers in one response that we read: as many servers as one query may ask for. */
const MAX_ANSWERS = 1000

export interface NotaryParts extends ReadParts {
  readonly notary: ServerName
  /** The notary's own keys, fetched from it. */
  readonly notaryKeys: ReadonlyMap<KeyId, VerifyKey>
}

/**
 * The keys in a notary's response (`{ server_keys: […] }`) that the notary signed with a current key and the server signed itself.
 * Whatever is not so signed is left out.
 */
export function readNotaryResponse(json: Json, parts: NotaryParts): readonly ServerKeys[] {
  const answers = isObject(json) ? (arrayAt(json, 'server_keys') ?? []) : []
  return answers.slice(0, MAX_ANSWERS).flatMap((answer) => readAnswer(answer, parts))
}

function readAnswer(answer: Json, parts: NotaryParts): readonly ServerKeys[] {
  if (!isObject(answer) || !isNotarized(answer, parts)) return []
  const serverName = namedServer(answer)
  if (serverName === undefined) return []
  const { ok } = readServerKeys(answer, serverName, parts)
  return ok === undefined ? [] : [ok]
}

function isNotarized(answer: JsonObject, { notary, notaryKeys, crypto, now }: NotaryParts): boolean {
  for (const keyId of signaturesOf(answer, notary).keys()) {
    const key = notaryKeys.get(keyId)
    if (key === undefined || key.old || key.validUntil < now) continue
    if (verifyJson(answer, notary, keyId, key.publicKey, crypto)) return true
  }
  return false
}

/** Our answer as a notary: each set of keys as its server published it, signed by us as well. */
export const buildNotaryResponse = (
  published: readonly JsonObject[],
  serverName: ServerName,
  key: SigningKey,
): { readonly server_keys: readonly JsonObject[] } => ({
  server_keys: published.map((json) => signJson(json, serverName, key)),
})
