// Keys of our own users, as they are now.
// spec: client-server-api POST /_matrix/client/v3/keys/query; server-server-api #end-to-end-encryption, #device-management

import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { crossSigningKeyFromRow, FoundKeys } from './found-keys.ts'
import type { E2eeParts } from './parts.ts'
import { selectCrossSigningKeys, selectSignatures } from './store/cross-signing.ts'
import { selectDeviceKeys } from './store/device-keys.ts'
import { selectLastDeviceChange } from './store/device-list-changes.ts'

type LocalParts = Pick<E2eeParts, 'database' | 'devices' | 'shareDeviceNames'>

/**
 * Adds devices and cross-signing keys of local users. A device that is deleted is gone from here at once, though its keys are cleared away
 * a moment later.
 *
 * @param asked an empty list of devices stands for all.
 * @param asker one of our users, who sees their own user-signing key and the names of devices; undefined: another server.
 */
export async function addLocalKeys(
  found: FoundKeys,
  asked: ReadonlyMap<UserId, readonly DeviceId[]>,
  asker: UserId | undefined,
  { database, devices, shareDeviceNames }: LocalParts,
): Promise<void> {
  if (asked.size === 0) return
  const showNames = asker !== undefined || shareDeviceNames
  const userIds = [...asked.keys()]
  const [rows, crossSigning, current] = await Promise.all([
    database.run(selectDeviceKeys, userIds),
    database.run(selectCrossSigningKeys, userIds),
    devices.ofUsers(userIds),
  ])
  for (const userId of userIds) found.addUser(userId)
  for (const row of rows) {
    const userId = row.user_id as UserId // row mapping
    const wanted = asked.get(userId) ?? []
    const device = current.get(userId)?.find(({ deviceId }) => deviceId === row.device_id)
    // Older than the device: the keys of another one that had this ID.
    if (device === undefined || row.stored_at < device.createdAt) continue
    if (wanted.length > 0 && !wanted.includes(device.deviceId)) continue
    const keys = JSON.parse(row.keys) as JsonObject
    found.addDevice(userId, device.deviceId, { keys, displayName: showNames ? device.displayName : undefined })
  }
  for (const row of crossSigning) {
    const key = crossSigningKeyFromRow(row)
    if (key === undefined || (key.usage === 'user_signing' && row.user_id !== asker)) continue
    found.addCrossSigningKey(row.user_id as UserId, key)
  }
}

/** Adds uploaded signatures over what was found: those of the keys' owners, and those of the asker. */
export async function addSignatures(
  found: FoundKeys,
  userIds: readonly UserId[],
  asker: UserId | undefined,
  { database }: Pick<E2eeParts, 'database'>,
): Promise<void> {
  for (const row of await database.run(selectSignatures, userIds, asker ?? '')) found.addSignature(row)
}

/** Keys of local users for another server. */
export async function localKeysForServers(
  asked: ReadonlyMap<UserId, readonly DeviceId[]>,
  parts: LocalParts,
): Promise<FoundKeys> {
  const found = new FoundKeys()
  await addLocalKeys(found, asked, undefined, parts)
  await addSignatures(found, [...asked.keys()], undefined, parts)
  return found
}

/** The wire form of `/user/devices/{userId}`. */
export interface DeviceListAnswer {
  readonly user_id: UserId
  readonly stream_id: number
  readonly devices: { device_id: DeviceId; keys: JsonObject; device_display_name?: string }[]
  readonly master_key?: JsonObject
  readonly self_signing_key?: JsonObject
}

/** The device list of a local user for another server. */
export async function deviceListFor(userId: UserId, parts: LocalParts): Promise<DeviceListAnswer> {
  // First: a change in between is then told once more, and never missed.
  const last = await parts.database.one(selectLastDeviceChange, userId)
  const found = await localKeysForServers(new Map([[userId, []]]), parts)
  const master = found.crossSigningKey(userId, 'master')
  const selfSigning = found.crossSigningKey(userId, 'self_signing')
  return {
    user_id: userId,
    stream_id: last?.position ?? 0,
    devices: [...found.devicesOf(userId)].map(([device_id, { keys, displayName }]) => ({
      device_id,
      keys,
      ...(displayName !== undefined && { device_display_name: displayName }),
    })),
    ...(master && { master_key: master.keys }),
    ...(selfSigning && { self_signing_key: selfSigning.keys }),
  }
}
