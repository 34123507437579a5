// Takes the user's cross-signing keys. New keys for a user who has some need the user's own consent.
// spec: client-server-api POST /_matrix/client/v3/keys/device_signing/upload

import { type WriterRow, write } from '#platform/stream/stream.ts'
import { forbidden, invalidParam, missingParam } from '#protocol/errors/errors.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, withoutMembers } from '#protocol/json/json.ts'
import { type CrossSigningKey, isBackedBy, readCrossSigningKey, type Usage } from './cross-signing-keys.ts'
import { ownKeyId, ownKeyOf } from './device-keys.ts'
import { actOf } from './device-list-change.ts'
import { invalidSignature } from './errors.ts'
import { crossSigningKeyFromRow } from './found-keys.ts'
import type { E2eeParts } from './parts.ts'
import { isSameKey, isSignedBy, signatureBy, withSignaturesOf } from './signed-keys.ts'
import {
  dropCrossSigningKey,
  putCrossSigningKey,
  putKeySignature,
  selectCrossSigningKeys,
} from './store/cross-signing.ts'
import { selectDeviceKeys } from './store/device-keys.ts'

export interface CrossSigningUpload {
  readonly master: JsonObject | undefined
  readonly selfSigning: JsonObject | undefined
  readonly userSigning: JsonObject | undefined
}

type Keys = ReadonlyMap<Usage, CrossSigningKey>
type UploadParts = Pick<E2eeParts, 'serverName' | 'database' | 'stream' | 'crypto' | 'devices'>

/**
 * In a turn of the user.
 *
 * @param consent asks the user to authenticate again; throws until they have. Called only if there is a master key and something changes.
 * @throws `M_INVALID_PARAM`, `M_MISSING_PARAM` without a master key, `M_INVALID_SIGNATURE`, `M_FORBIDDEN` for a key that is a device ID.
 */
export async function uploadCrossSigningKeys(
  userId: UserId,
  upload: CrossSigningUpload,
  consent: () => Promise<void>,
  parts: UploadParts,
): Promise<void> {
  const given = readUpload(userId, upload)
  const stored = await storedKeys(userId, parts)
  const master = given.get('master')
  // Under a new master key every key is new, also one that stays and has only been signed anew.
  const isNewMaster = master !== undefined && master.publicKey !== stored.get('master')?.publicKey
  const changed = new Map([...given].filter(([usage, key]) => isNewMaster || !isSame(key, stored.get(usage))))
  if (changed.size === 0) return
  if (stored.has('master')) await consent()
  refuseUnbacked(userId, changed, master ?? stored.get('master'), parts)
  await refuseDeviceIds(userId, changed, parts)
  await store(userId, { changed, stored }, parts)
}

function readUpload(userId: UserId, upload: CrossSigningUpload): Keys {
  const given = new Map<Usage, CrossSigningKey>()
  const parts = [
    ['master', upload.master],
    ['self_signing', upload.selfSigning],
    ['user_signing', upload.userSigning],
  ] as const
  for (const [usage, keys] of parts) {
    if (keys === undefined) continue
    const key = readCrossSigningKey(keys, usage, userId)
    if (key === undefined) {
      throw invalidParam(
        `The ${usage} key must be of your user ID, for this usage, with one Ed25519 key named by itself.`,
      )
    }
    given.set(usage, key)
  }
  return given
}

export async function storedKeys(userId: UserId, { database }: Pick<E2eeParts, 'database'>): Promise<Keys> {
  const keys = (await database.run(selectCrossSigningKeys, [userId])).map(crossSigningKeyFromRow)
  return new Map(keys.flatMap((key) => (key === undefined ? [] : [[key.usage, key] as const])))
}

const isSame = (key: CrossSigningKey, stored: CrossSigningKey | undefined): boolean =>
  stored !== undefined && isSameKey(key.keys, stored.keys)

function refuseUnbacked(userId: UserId, changed: Keys, master: CrossSigningKey | undefined, { crypto }: UploadParts) {
  if (master === undefined) throw missingParam('Upload a master key first, or with the other keys.')
  for (const [usage, key] of changed) {
    if (usage !== 'master' && !isBackedBy(key, master.publicKey, userId, crypto)) {
      throw invalidSignature(`The ${usage} key must be signed by your master key.`)
    }
  }
}

async function refuseDeviceIds(userId: UserId, changed: Keys, { devices }: UploadParts): Promise<void> {
  const own = (await devices.ofUsers([userId])).get(userId) ?? []
  const names = new Set<string>(own.map(({ deviceId }) => deviceId))
  for (const [, { publicKey }] of changed) {
    if (names.has(publicKey)) {
      throw forbidden(
        'e2ee/key-is-device-id',
        'One of the public keys is the ID of one of your devices. Make new keys.',
      )
    }
  }
}

async function store(
  userId: UserId,
  { changed, stored }: { readonly changed: Keys; readonly stored: Keys },
  parts: UploadParts,
): Promise<void> {
  const rows: WriterRow[] = []
  for (const old of replacedBy(changed, stored)) {
    rows.push(write(dropCrossSigningKey, { userId, usage: old.usage, publicKey: old.publicKey }))
  }
  for (const [usage, { publicKey, keys }] of changed) {
    const text = JSON.stringify(
      usage === 'master' ? withoutMembers(keys, 'signatures', 'unsigned') : withSignaturesOf(keys, userId),
    )
    rows.push(write(putCrossSigningKey, { userId, usage, publicKey, keys: text }))
  }
  const master = changed.get('master')
  if (master !== undefined) rows.push(...(await signaturesOfDevices(userId, master, parts)))
  // Nobody else sees a user-signing key.
  const isPrivate = [...changed.keys()].every((usage) => usage === 'user_signing')
  const change = isPrivate ? { userId, viewer: userId } : { userId }
  await parts.stream.append(actOf([change], rows, parts.serverName))
}

/** Keys that go: those of the same usage, and with an old master key those that it stood behind. */
function replacedBy(changed: Keys, stored: Keys): CrossSigningKey[] {
  const isNewMaster = changed.has('master') && changed.get('master')?.publicKey !== stored.get('master')?.publicKey
  return [...stored.values()].filter(({ usage, publicKey }) => {
    const next = changed.get(usage)
    return next === undefined ? isNewMaster : next.publicKey !== publicKey
  })
}

/** The good signatures of the user's devices that came with a master key; others are not kept. */
async function signaturesOfDevices(
  userId: UserId,
  { publicKey: keyId, keys }: CrossSigningKey,
  { database, crypto }: UploadParts,
): Promise<WriterRow[]> {
  const rows: WriterRow[] = []
  for (const device of await database.run(selectDeviceKeys, [userId])) {
    const signerKey = ownKeyId(device.device_id as DeviceId)
    const signature = signatureBy(keys, userId, signerKey)
    if (signature === undefined) continue
    const publicKey = ownKeyOf(JSON.parse(device.keys) as JsonObject, device.device_id as DeviceId)
    if (publicKey === undefined || !isSignedBy(keys, { userId, keyId: signerKey, publicKey }, crypto)) continue
    rows.push(write(putKeySignature, { userId, keyId, signerId: userId, signerKey, signature }))
  }
  return rows
}
