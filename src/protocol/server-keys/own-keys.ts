// Our answer to `GET /_matrix/key/v2/server`.
// spec: server-server-api #publishing-keys

import type { Base64, SigningKey } from '#protocol/crypto/crypto.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { signJson } from '#protocol/signing/signing.ts'

/** A key that we no longer sign with. */
export interface OldKey {
  readonly keyId: string
  readonly publicKey: Base64
  /** When it was retired, milliseconds since 1970. */
  readonly expiredTs: number
}

export interface OwnKeys {
  readonly serverName: ServerName
  /** Current keys; each signs the answer. */
  readonly keys: readonly SigningKey[]
  readonly oldKeys: readonly OldKey[]
  /** Milliseconds since 1970. At least an hour ahead, or others ask again at once. */
  readonly validUntil: number
}

export function buildServerKeys({ serverName, keys, oldKeys, validUntil }: OwnKeys): JsonObject {
  const answer: JsonObject = {
    server_name: serverName,
    valid_until_ts: validUntil,
    verify_keys: Object.fromEntries(keys.map((key) => [key.keyId, { key: key.publicKey }])),
    old_verify_keys: Object.fromEntries(
      oldKeys.map((key) => [key.keyId, { key: key.publicKey, expired_ts: key.expiredTs }]),
    ),
  }
  return keys.reduce((signed, key) => signJson(signed, serverName, key), answer)
}
