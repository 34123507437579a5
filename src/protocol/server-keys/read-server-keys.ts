// Reads and verifies an answer of `GET /_matrix/key/v2/server`.
// spec: server-server-api #publishing-keys; rooms/v5 #signing-key-validity-period

import type { Crypto } from '#protocol/crypto/crypto.ts'
import { type KeyId, parseKeyId, parseServerName, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { integerAt, isObject, type Json, type JsonObject, objectAt, stringAt } from '#protocol/json/json.ts'
import { signaturesOf, type VerifyKey, verifyJson } from '#protocol/signing/signing.ts'

/** A key is never trusted for longer than 7 days ahead, so that a stolen one can be revoked. spec: rooms/v5 */
export const MAX_KEY_VALIDITY_MS = 7 * 24 * 60 * 60 * 1000

/** Keys of one answer that we read. Nobody rotates so often; without a bound an answer could make us verify and store thousands. */
const MAX_KEYS = 200

export interface ServerKeys {
  readonly serverName: ServerName
  /** Milliseconds since 1970, capped at `now` + 7 days. */
  readonly validUntil: number
  /** Current and old keys. A key that is both is current. */
  readonly keys: ReadonlyMap<KeyId, VerifyKey>
  /** The answer as it came, to hand on as a notary. */
  readonly json: JsonObject
}

export type ReadServerKeys =
  | { readonly ok: ServerKeys; readonly refused?: undefined }
  | { readonly ok?: undefined; readonly refused: { readonly rule: string; readonly message: string } }

export interface ReadParts {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly crypto: Crypto
}

/**
 * The keys in an answer that `expected` published. Refused unless it names that server and is signed by at least one of its own
 * current keys, and by no current key wrongly.
 */
export function readServerKeys(json: Json, expected: ServerName, { now, crypto }: ReadParts): ReadServerKeys {
  if (!isObject(json)) return refuse('server-keys/not-an-object', 'Server keys are a JSON object.')
  if (stringAt(json, 'server_name') !== expected) {
    return refuse('server-keys/other-server', 'The keys are those of another server.')
  }
  const published = integerAt(json, 'valid_until_ts')
  if (published === undefined) return refuse('server-keys/validity', 'Server keys need an integer valid_until_ts.')
  const validUntil = Math.min(published, now + MAX_KEY_VALIDITY_MS)
  const current = currentKeys(json, validUntil)
  const old = oldKeys(json)
  if (current === undefined || old === undefined)
    return refuse('server-keys/keys', 'A key is malformed, or there are too many.')
  if (!isSelfSigned(json, expected, current, crypto)) {
    return refuse('server-keys/signature', 'The keys are not signed by one of themselves.')
  }
  return { ok: { serverName: expected, validUntil, keys: new Map([...old, ...current]), json } }
}

/** The server that an answer says it is from. */
export const namedServer = (json: JsonObject): ServerName | undefined =>
  parseServerName(stringAt(json, 'server_name') ?? '')

function currentKeys(json: JsonObject, validUntil: number): Map<KeyId, VerifyKey> | undefined {
  const members = objectAt(json, 'verify_keys')
  return members === undefined ? undefined : readKeys(members, () => ({ validUntil, old: false }))
}

function oldKeys(json: JsonObject): Map<KeyId, VerifyKey> | undefined {
  const members = Object.hasOwn(json, 'old_verify_keys') ? objectAt(json, 'old_verify_keys') : {}
  if (members === undefined) return undefined
  return readKeys(members, (member) => {
    const validUntil = integerAt(member, 'expired_ts')
    return validUntil === undefined ? undefined : { validUntil, old: true }
  })
}

type Validity = Pick<VerifyKey, 'validUntil' | 'old'>

/** Keys of algorithms that we do not understand are skipped; undefined for a malformed key of one that we do. */
function readKeys(
  members: JsonObject,
  validityOf: (member: JsonObject) => Validity | undefined,
): Map<KeyId, VerifyKey> | undefined {
  const names = Object.keys(members)
  if (names.length > MAX_KEYS) return undefined
  const keys = new Map<KeyId, VerifyKey>()
  for (const name of names) {
    const keyId = parseKeyId(name)
    if (keyId === undefined) continue
    const value = objectAt(members, name)
    const publicKey = value === undefined ? undefined : stringAt(value, 'key')
    const validity = value === undefined ? undefined : validityOf(value)
    if (publicKey === undefined || validity === undefined || !isPublicKey(publicKey)) return undefined
    keys.set(keyId, { keyId, publicKey, ...validity })
  }
  return keys
}

/** 32 bytes in base64, padded or not. */
const isPublicKey = (text: string): boolean => /^[A-Za-z0-9+/]{43}=?$/.test(text)

function isSelfSigned(
  json: JsonObject,
  server: ServerName,
  keys: ReadonlyMap<KeyId, VerifyKey>,
  crypto: Crypto,
): boolean {
  const signers = [...signaturesOf(json, server).keys()]
    .map((keyId) => keys.get(keyId))
    .filter((key) => key !== undefined)
  return signers.length > 0 && signers.every((key) => verifyJson(json, server, key.keyId, key.publicKey, crypto))
}

const refuse = (rule: string, message: string): ReadServerKeys => ({ refused: { rule, message } })
