// A device list as another server gave it, made into rows. What is not in form, or is not that user's, is left out.
// spec: server-server-api GET /_matrix/federation/v1/user/devices/{userId}

import type { RemoteDevice, RemoteDevices } from '#federation/transport/transport.ts'
import { type Position, type WriterRow, write } from '#platform/stream/stream.ts'
import type { Crypto } from '#protocol/crypto/crypto.ts'
import { serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'
import { type CrossSigningKey, isBackedBy, readCrossSigningKey } from './cross-signing-keys.ts'
import { isDeviceKeys } from './device-keys.ts'
import { withSignaturesOf } from './signed-keys.ts'
import { putCrossSigningKey } from './store/cross-signing.ts'
import { putRemoteDevice, replaceList } from './store/remote-device-lists.ts'

/** A name that people read; servers with longer ones are cut short. */
const MAX_NAME_BYTES = 1_000

/** The rows of a whole list. */
export function rowsOfFetchedList(list: RemoteDevices, fetchedAt: Position, crypto: Crypto): WriterRow[] {
  const { userId, streamId } = list
  const master = list.masterKey && readCrossSigningKey(list.masterKey, 'master', userId)
  const selfSigning = list.selfSigningKey && readCrossSigningKey(list.selfSigningKey, 'self_signing', userId)
  return [
    write(replaceList, { userId, serverName: serverNameOf(userId), streamId, fetchedAt }),
    ...list.devices.map((device) => rowOfRemoteDevice(userId, device)),
    ...rowsOfCrossSigning(userId, master, selfSigning, crypto),
  ]
}

export function rowOfRemoteDevice(
  userId: UserId,
  { deviceId, keys, displayName }: Partial<Pick<RemoteDevice, 'keys'>> & Omit<RemoteDevice, 'keys'>,
): WriterRow {
  const good = keys !== undefined && isDeviceKeys(keys, userId, deviceId)
  return write(putRemoteDevice, {
    userId,
    deviceId,
    keys: good ? storable(withSignaturesOf(keys, userId)) : null,
    displayName: displayName !== undefined && isName(displayName) ? displayName : null,
  })
}

/** A self-signing key without a master key behind it is worth nothing. */
export function rowsOfCrossSigning(
  userId: UserId,
  master: CrossSigningKey | undefined,
  selfSigning: CrossSigningKey | undefined,
  crypto: Crypto,
): WriterRow[] {
  if (master === undefined) return []
  const isGood = selfSigning !== undefined && isBackedBy(selfSigning, master.publicKey, userId, crypto)
  return (isGood ? [master, selfSigning] : [master]).map(({ usage, publicKey, keys }) =>
    write(putCrossSigningKey, { userId, usage, publicKey, keys: storable(withSignaturesOf(keys, userId)) }),
  )
}

export const isName = (text: string): boolean =>
  fitsIn(text, MAX_NAME_BYTES) && text.isWellFormed() && !text.includes('\0')

/** JSON text escapes NUL and lone surrogates, which PostgreSQL cannot store. */
const storable = (keys: JsonObject): string => JSON.stringify(keys)
