// Takes the keys of a device: identity keys, one-time keys, fallback keys. Everything is checked before anything is stored.
// spec: client-server-api POST /_matrix/client/v3/keys/upload

import { type WriterRow, write } from '#platform/stream/stream.ts'
import { forbidden, invalidParam, notFound } from '#protocol/errors/errors.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import { hasSameIdentity, readUploadedDeviceKeys, type UploadedDeviceKeys } from './device-keys.ts'
import { actOf } from './device-list-change.ts'
import { MAX_ALGORITHMS, MAX_ONE_TIME_KEYS } from './limits.ts'
import { type OneTimeKey, readFallbackKeys, readOneTimeKeys } from './one-time-keys.ts'
import type { E2eeParts } from './parts.ts'
import { selectCrossSigningKeys } from './store/cross-signing.ts'
import { dropDevice, dropOldIdentity, putDeviceKeys, selectKeysOfDevices } from './store/device-keys.ts'
import { addOneTimeKeys, countFallbackKeys, putFallbackKeys } from './store/one-time-keys.ts'

export interface DeviceOwner {
  readonly userId: UserId
  readonly deviceId: DeviceId
}

export interface KeyUpload {
  readonly deviceKeys: Json | undefined
  readonly oneTimeKeys: Json | undefined
  readonly fallbackKeys: Json | undefined
}

type UploadParts = Pick<
  E2eeParts,
  'serverName' | 'database' | 'stream' | 'clock' | 'crypto' | 'devices' | 'deviceKeyRules'
>

/** In a turn of the user. @throws `M_BAD_JSON`, `M_INVALID_PARAM`, `M_INVALID_SIGNATURE`, `M_FORBIDDEN`. */
export async function uploadKeys(owner: DeviceOwner, upload: KeyUpload, parts: UploadParts): Promise<void> {
  const { deviceKeys, oneTimeKeys, fallbackKeys } = readUpload(owner, upload, parts)
  const change = deviceKeys && (await changeOf(owner, deviceKeys, parts))
  if (fallbackKeys.length > 0) await refuseTooManyFallbackKeys(owner, parts)
  // Of a new identity the old one-time keys go first; else a clash of one-time keys must leave everything as it was.
  if (change?.isNewIdentity) await storeDeviceKeys(owner, change, parts)
  if (oneTimeKeys.length > 0) await storeOneTimeKeys(owner, oneTimeKeys, parts)
  if (fallbackKeys.length > 0) {
    await parts.database.run(putFallbackKeys, ...columnsOf(owner, fallbackKeys), parts.stream.head)
  }
  if (change && !change.isNewIdentity) await storeDeviceKeys(owner, change, parts)
}

function readUpload(owner: DeviceOwner, upload: KeyUpload, { crypto, deviceKeyRules: rules }: UploadParts) {
  return {
    deviceKeys:
      upload.deviceKeys === undefined ? undefined : readUploadedDeviceKeys(upload.deviceKeys, owner, { crypto, rules }),
    oneTimeKeys: readOneTimeKeys(upload.oneTimeKeys),
    fallbackKeys: readFallbackKeys(upload.fallbackKeys),
  }
}

interface IdentityChange {
  readonly text: string
  readonly isNewIdentity: boolean
  /** What must go before: all that belonged to a deleted device with this ID, or the keys made for the old identity. */
  readonly before: readonly WriterRow[]
}

/** What the upload changes; undefined: it is what we have. */
async function changeOf(
  owner: DeviceOwner,
  { keys, text }: UploadedDeviceKeys,
  parts: UploadParts,
): Promise<IdentityChange | undefined> {
  const { userId, deviceId } = owner
  const [stored, crossSigning, devices] = await Promise.all([
    parts.database.one(selectKeysOfDevices, [userId], [deviceId]),
    parts.database.run(selectCrossSigningKeys, [userId]),
    parts.devices.ofUsers([userId]),
  ])
  const device = devices.get(userId)?.find((one) => one.deviceId === deviceId)
  if (device === undefined) throw notFound('This device is no longer there. Log in again.')
  // Device IDs and public keys share one name space: a device under a key's name could pass for it.
  if (crossSigning.some(({ public_key }) => public_key === deviceId)) {
    throw forbidden(
      'e2ee/device-id-is-key',
      'The device ID is one of your cross-signing keys. Log in with another device ID.',
    )
  }
  if (stored === undefined) return { text, isNewIdentity: false, before: [] }
  if (stored.stored_at < device.createdAt) {
    const before = parts.stream.head + 1
    return { text, isNewIdentity: true, before: [write(dropDevice, { userId, deviceId, before })] }
  }
  if (stored.keys === text) return undefined
  if (hasSameIdentity(JSON.parse(stored.keys) as JsonObject, keys)) return { text, isNewIdentity: false, before: [] }
  if (parts.deviceKeyRules === 'strict') {
    throw forbidden('e2ee/identity-changed', 'A device keeps its identity keys. Log out, and log in as a new device.')
  }
  return { text, isNewIdentity: true, before: [write(dropOldIdentity, { userId, deviceId })] }
}

async function storeDeviceKeys(
  owner: DeviceOwner,
  { text, before }: IdentityChange,
  parts: UploadParts,
): Promise<void> {
  const row = write(putDeviceKeys, { ...owner, keys: text, storedAt: parts.clock.now() }, 0)
  await parts.stream.append(actOf([owner], [...before, row], parts.serverName))
}

async function storeOneTimeKeys(
  owner: DeviceOwner,
  keys: readonly OneTimeKey[],
  { database, stream }: UploadParts,
): Promise<void> {
  const [verdict] = await database.run(addOneTimeKeys, ...columnsOf(owner, keys), stream.head, MAX_ONE_TIME_KEYS)
  if (verdict?.clash) throw invalidParam('A one-time key with one of these IDs is there already, with another content.')
  if (verdict?.overfull) {
    throw invalidParam(`A device keeps at most ${MAX_ONE_TIME_KEYS} one-time keys here. Wait until some are used.`)
  }
}

async function refuseTooManyFallbackKeys({ userId, deviceId }: DeviceOwner, { database }: UploadParts): Promise<void> {
  const row = await database.one(countFallbackKeys, userId, deviceId)
  // The upload itself is bounded too, so there are at most twice as many.
  if ((row?.keys ?? 0) > MAX_ALGORITHMS) throw invalidParam('This device has fallback keys for too many algorithms.')
}

const columnsOf = ({ userId, deviceId }: DeviceOwner, keys: readonly OneTimeKey[]) =>
  [
    userId,
    deviceId,
    keys.map(({ algorithm }) => algorithm),
    keys.map(({ keyId }) => keyId),
    keys.map(({ key }) => key),
  ] as const
