// Reads the identity keys of a device as a client or a server hands them in.
// spec: client-server-api #device-keys, #uploading-keys

import type { Crypto } from '#protocol/crypto/crypto.ts'
import { badJson, invalidParam } from '#protocol/errors/errors.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, type JsonObject, objectAt, stringAt, stringsAt } from '#protocol/json/json.ts'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'
import { invalidSignature } from './errors.ts'
import { MAX_DEVICE_KEYS_BYTES } from './limits.ts'
import { canonicalOrUndefined, isSignedBy, withSignaturesOf } from './signed-keys.ts'

/**
 * `strict`: a device signs its keys and never changes them; what clients would not trust does not come in. `tolerant`: as other servers have
 * it, both are left to the clients, who must check them anyway, since a server is not to be trusted with it.
 */
export type DeviceKeyRules = 'strict' | 'tolerant'

export interface UploadedDeviceKeys {
  readonly keys: JsonObject
  /** Canonical JSON of `keys`, with the owner's signatures only. */
  readonly text: string
}

/** The name of a device's own signing key. */
export const ownKeyId = (deviceId: DeviceId): string => `ed25519:${deviceId}`

/** The public signing key of a device. */
export const ownKeyOf = (keys: JsonObject, deviceId: DeviceId): string | undefined =>
  stringAt(objectAt(keys, 'keys') ?? {}, ownKeyId(deviceId))

/**
 * Device keys of an upload.
 *
 * @throws `M_BAD_JSON` for another form; `M_INVALID_PARAM` for keys of another device; `M_INVALID_SIGNATURE`.
 */
export function readUploadedDeviceKeys(
  value: Json,
  owner: { readonly userId: UserId; readonly deviceId: DeviceId },
  { crypto, rules }: { readonly crypto: Crypto; readonly rules: DeviceKeyRules },
): UploadedDeviceKeys {
  if (!isObject(value)) throw badJson('"device_keys" must be an object.')
  if (stringAt(value, 'user_id') !== owner.userId || stringAt(value, 'device_id') !== owner.deviceId) {
    throw invalidParam('"user_id" and "device_id" in "device_keys" must be those of the session that uploads.')
  }
  if (!hasForm(value)) throw badJson('"device_keys" must have "algorithms" (texts) and "keys" (texts by name).')
  if (rules === 'strict') refuseUnlessSigned(value, owner, crypto)
  const keys = withSignaturesOf(value, owner.userId)
  const text = canonicalOrUndefined(keys)
  if (text === undefined) throw badJson('"device_keys" has numbers or characters that cannot be signed.')
  if (!fitsIn(text, MAX_DEVICE_KEYS_BYTES)) {
    throw invalidParam(`The keys of a device have at most ${MAX_DEVICE_KEYS_BYTES} bytes.`)
  }
  return { keys, text }
}

function refuseUnlessSigned(
  keys: JsonObject,
  { userId, deviceId }: { readonly userId: UserId; readonly deviceId: DeviceId },
  crypto: Crypto,
): void {
  const keyId = ownKeyId(deviceId)
  const publicKey = ownKeyOf(keys, deviceId)
  if (publicKey !== undefined && isSignedBy(keys, { userId, keyId, publicKey }, crypto)) return
  throw invalidSignature(`"device_keys" must be signed by its own key ${keyId}.`)
}

/** True if a server's keys of a remote device are in form, and are that device's. */
export function isDeviceKeys(keys: JsonObject, userId: UserId, deviceId: DeviceId): boolean {
  if (stringAt(keys, 'user_id') !== userId || stringAt(keys, 'device_id') !== deviceId) return false
  return hasForm(keys) && fitsIn(JSON.stringify(keys), MAX_DEVICE_KEYS_BYTES)
}

function hasForm(keys: JsonObject): boolean {
  const named = objectAt(keys, 'keys')
  return (
    stringsAt(keys, 'algorithms') !== undefined &&
    named !== undefined &&
    Object.values(named).every((key) => typeof key === 'string')
  )
}

/** True if the two have the same public keys. */
export const hasSameIdentity = (one: JsonObject, other: JsonObject): boolean =>
  canonicalOrUndefined(objectAt(one, 'keys') ?? {}) === canonicalOrUndefined(objectAt(other, 'keys') ?? {})
