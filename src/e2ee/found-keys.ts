// Keys that were found for a question, put together with the signatures that the asker may see.
// spec: client-server-api #key-and-signature-security, POST /_matrix/client/v3/keys/query

import { type DeviceId, parseDeviceId, type UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, withMember, withoutMembers } from '#protocol/json/json.ts'
import { type CrossSigningKey, readCrossSigningKey, type Usage } from './cross-signing-keys.ts'
import { withSignature } from './signed-keys.ts'
import type { CrossSigningKeyRow, KeySignatureRow } from './store/cross-signing.ts'

export interface FoundDevice {
  readonly keys: JsonObject
  readonly displayName: string | undefined
}

/** The wire form of `/keys/query`. */
export interface KeysAnswer {
  readonly device_keys: { [userId: string]: { [deviceId: string]: JsonObject } }
  readonly master_keys: { [userId: string]: JsonObject }
  readonly self_signing_keys: { [userId: string]: JsonObject }
  readonly user_signing_keys: { [userId: string]: JsonObject }
}

export class FoundKeys {
  readonly #devices = new Map<UserId, Map<DeviceId, FoundDevice>>()
  readonly #keys: Readonly<Record<Usage, Map<UserId, CrossSigningKey>>> = {
    master: new Map(),
    self_signing: new Map(),
    user_signing: new Map(),
  }

  /** A user who is known, perhaps without devices. */
  addUser(userId: UserId): Map<DeviceId, FoundDevice> {
    const known = this.#devices.get(userId)
    if (known !== undefined) return known
    const devices = new Map<DeviceId, FoundDevice>()
    this.#devices.set(userId, devices)
    return devices
  }

  addDevice(userId: UserId, deviceId: DeviceId, device: FoundDevice): void {
    this.addUser(userId).set(deviceId, device)
  }

  addCrossSigningKey(userId: UserId, key: CrossSigningKey): void {
    this.#keys[key.usage].set(userId, key)
  }

  /** A signature over a device or a master key that is here; others are passed over. */
  addSignature({ user_id, key_id, signer_id, signer_key, signature }: KeySignatureRow): void {
    const userId = user_id as UserId // row mapping
    const sign = (keys: JsonObject) => withSignature(keys, signer_id, signer_key, signature)
    const deviceId = parseDeviceId(key_id)
    const device = deviceId && this.device(userId, deviceId)
    if (deviceId && device) this.addDevice(userId, deviceId, { ...device, keys: sign(device.keys) })
    const master = this.#keys.master.get(userId)
    if (master?.publicKey === key_id) this.#keys.master.set(userId, { ...master, keys: sign(master.keys) })
  }

  device(userId: UserId, deviceId: DeviceId): FoundDevice | undefined {
    return this.#devices.get(userId)?.get(deviceId)
  }

  devicesOf(userId: UserId): ReadonlyMap<DeviceId, FoundDevice> {
    return this.#devices.get(userId) ?? new Map()
  }

  crossSigningKey(userId: UserId, usage: Usage): CrossSigningKey | undefined {
    return this.#keys[usage].get(userId)
  }

  toAnswer(): KeysAnswer {
    return {
      device_keys: Object.fromEntries([...this.#devices].map(([userId, devices]) => [userId, devicesAnswer(devices)])),
      master_keys: this.#answerOf('master'),
      self_signing_keys: this.#answerOf('self_signing'),
      user_signing_keys: this.#answerOf('user_signing'),
    }
  }

  #answerOf(usage: Usage): { [userId: string]: JsonObject } {
    return Object.fromEntries([...this.#keys[usage]].map(([userId, { keys }]) => [userId, keys]))
  }
}

const devicesAnswer = (devices: ReadonlyMap<DeviceId, FoundDevice>) =>
  Object.fromEntries([...devices].map(([deviceId, device]) => [deviceId, withName(device)]))

function withName({ keys, displayName }: FoundDevice): JsonObject {
  const bare = withoutMembers(keys, 'unsigned')
  return displayName === undefined ? bare : withMember(bare, 'unsigned', { device_display_name: displayName })
}

/** A stored key; undefined only for a row that an older version wrote. */
export function crossSigningKeyFromRow(row: CrossSigningKeyRow): CrossSigningKey | undefined {
  return readCrossSigningKey(JSON.parse(row.keys) as JsonObject, row.usage, row.user_id as UserId)
}
