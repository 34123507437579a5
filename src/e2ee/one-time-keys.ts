// Reads one-time and fallback keys of an upload.
// spec: client-server-api #one-time-and-fallback-keys, POST /_matrix/client/v3/keys/upload

import { badJson, invalidParam } from '#protocol/errors/errors.ts'
import { parseTransactionId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, type JsonObject, objectAt, stringAt } from '#protocol/json/json.ts'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'
import { MAX_ALGORITHMS, MAX_KEY_BYTES, MAX_KEYS_PER_UPLOAD } from './limits.ts'
import { canonicalOrUndefined } from './signed-keys.ts'

export interface OneTimeKey {
  readonly algorithm: string
  readonly keyId: string
  /** Canonical JSON: a text, or an object with `key` and `signatures`. */
  readonly key: string
}

/** @throws `M_BAD_JSON`, `M_INVALID_PARAM`. */
export function readOneTimeKeys(value: Json | undefined): readonly OneTimeKey[] {
  if (value === undefined) return []
  if (!isObject(value)) throw badJson('One-time keys must be an object.')
  const names = Object.keys(value)
  if (names.length > MAX_KEYS_PER_UPLOAD) {
    throw invalidParam(`At most ${MAX_KEYS_PER_UPLOAD} one-time keys are taken at once. Upload fewer.`)
  }
  return names.map((name) => readKey(name, value))
}

/** At most one key for each algorithm. @throws `M_BAD_JSON`, `M_INVALID_PARAM`. */
export function readFallbackKeys(value: Json | undefined): readonly OneTimeKey[] {
  const keys = readOneTimeKeys(value)
  if (new Set(keys.map(({ algorithm }) => algorithm)).size < keys.length || keys.length > MAX_ALGORITHMS) {
    throw invalidParam('There is one fallback key for each algorithm. Upload only the newest.')
  }
  return keys
}

function readKey(name: string, keys: JsonObject): OneTimeKey {
  const colon = name.indexOf(':')
  const algorithm = parseTransactionId(name.slice(0, Math.max(colon, 0)))
  const keyId = parseTransactionId(name.slice(colon + 1))
  if (algorithm === undefined || keyId === undefined) {
    throw invalidParam('A one-time key is named by its algorithm, a colon and its ID, each of 1 to 255 bytes.')
  }
  const value = keys[name]
  const key = isKey(value) ? canonicalOrUndefined(value) : undefined
  if (key === undefined) throw badJson('A one-time key is a text, or an object with "key" and "signatures".')
  if (!fitsIn(key, MAX_KEY_BYTES)) throw invalidParam(`A one-time key has at most ${MAX_KEY_BYTES} bytes.`)
  return { algorithm, keyId, key }
}

function isKey(value: Json | undefined): value is JsonObject | string {
  if (typeof value === 'string') return true
  return isObject(value) && stringAt(value, 'key') !== undefined && objectAt(value, 'signatures') !== undefined
}
