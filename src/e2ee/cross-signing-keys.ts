// Reads cross-signing keys, and judges whether the master key stands behind the others.
// spec: client-server-api #cross-signing, POST /_matrix/client/v3/keys/device_signing/upload

import type { Crypto } from '#protocol/crypto/crypto.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, objectAt, stringAt, stringsAt } from '#protocol/json/json.ts'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'
import { MAX_DEVICE_KEYS_BYTES } from './limits.ts'
import { canonicalOrUndefined, isSignedBy } from './signed-keys.ts'

export type Usage = 'master' | 'self_signing' | 'user_signing'

export interface CrossSigningKey {
  readonly usage: Usage
  /** Unpadded base64, 32 bytes. */
  readonly publicKey: string
  readonly keys: JsonObject
}

/** 32 bytes in unpadded base64. */
const publicKeyShape = /^[A-Za-z0-9+/]{43}$/

/** The name under which a cross-signing key signs. */
export const signingKeyId = (publicKey: string): string => `ed25519:${publicKey}`

/** A cross-signing key of the user for this usage; undefined for any other form. */
export function readCrossSigningKey(keys: JsonObject, usage: Usage, userId: UserId): CrossSigningKey | undefined {
  if (stringAt(keys, 'user_id') !== userId || !stringsAt(keys, 'usage')?.includes(usage)) return undefined
  const named = objectAt(keys, 'keys') ?? {}
  const [name = '', ...more] = Object.keys(named)
  const publicKey = stringAt(named, name)
  if (more.length > 0 || publicKey === undefined || !publicKeyShape.test(publicKey)) return undefined
  if (name !== signingKeyId(publicKey)) return undefined
  const text = canonicalOrUndefined(keys)
  if (text === undefined || !fitsIn(text, MAX_DEVICE_KEYS_BYTES)) return undefined
  return { usage, publicKey, keys }
}

/** True if the master key has signed the key. */
export const isBackedBy = (key: CrossSigningKey, masterKey: string, userId: UserId, crypto: Crypto): boolean =>
  isSignedBy(key.keys, { userId, keyId: signingKeyId(masterKey), publicKey: masterKey }, crypto)
