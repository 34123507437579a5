// Takes signatures of a user over keys: their own devices, their own master key, and the master keys of people they have verified.
// spec: client-server-api POST /_matrix/client/v3/keys/signatures/upload

import { type WriterRow, write } from '#platform/stream/stream.ts'
import { invalidParam, type MatrixError, notFound } from '#protocol/errors/errors.ts'
import { type DeviceId, parseDeviceId, type UserId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, type JsonObject, objectAt } from '#protocol/json/json.ts'
import { type CrossSigningKey, signingKeyId } from './cross-signing-keys.ts'
import { ownKeyId, ownKeyOf } from './device-keys.ts'
import { actOf, type DeviceListChange } from './device-list-change.ts'
import { invalidSignature } from './errors.ts'
import type { FoundKeys } from './found-keys.ts'
import { MAX_SIGNATURES_PER_UPLOAD } from './limits.ts'
import type { E2eeParts } from './parts.ts'
import { findKeys } from './query-keys.ts'
import type { RemoteDeviceLists } from './remote-device-lists.ts'
import { isSameKey, isSignedBy, signatureBy } from './signed-keys.ts'
import { putKeySignature } from './store/cross-signing.ts'

/** By user, then device ID or public key: the signed object. */
export type SignatureUpload = ReadonlyMap<UserId, { readonly [keyId: string]: Json }>

/** The wire form: user → key → error. */
export type SignatureFailures = { [userId: string]: { [keyId: string]: JsonObject } }

type UploadParts = E2eeParts & { readonly lists: RemoteDeviceLists }

/** What may be signed with what: the key that signs, by its name. */
interface Signer {
  readonly keyId: string
  readonly publicKey: string
}

/** In a turn of the user. What is in order is stored, the rest is told. */
export async function uploadSignatures(
  userId: UserId,
  upload: SignatureUpload,
  parts: UploadParts,
): Promise<SignatureFailures> {
  const count = [...upload.values()].reduce((sum, keys) => sum + Object.keys(keys).length, 0)
  if (count > MAX_SIGNATURES_PER_UPLOAD) {
    throw invalidParam(`At most ${MAX_SIGNATURES_PER_UPLOAD} signatures are taken at once. Upload fewer.`)
  }
  const asked = new Map([userId, ...upload.keys()].map((user) => [user, []]))
  const { found } = await findKeys(asked, userId, {}, parts)
  const failures = new Map<string, Map<string, JsonObject>>()
  const rows: WriterRow[] = []
  const changes = new Map<string, DeviceListChange>()
  for (const [target, keys] of upload) {
    for (const [keyId, signed] of Object.entries(keys)) {
      const result = judge({ userId, target, keyId, signed }, found, parts)
      if ('refused' in result) {
        const ofUser = failures.get(target) ?? new Map<string, JsonObject>()
        failures.set(target, ofUser.set(keyId, { errcode: result.refused.errcode, error: result.refused.message }))
        continue
      }
      rows.push(...result.rows)
      const { change } = result
      changes.set(`${change.userId}\0${change.deviceId ?? ''}`, change)
    }
  }
  if (rows.length > 0) await parts.stream.append(actOf([...changes.values()], rows, parts.serverName))
  return Object.fromEntries([...failures].map(([user, keys]) => [user, Object.fromEntries(keys)]))
}

interface Signed {
  readonly userId: UserId
  readonly target: UserId
  readonly keyId: string
  readonly signed: Json
}

type Judged =
  | { readonly rows: readonly WriterRow[]; readonly change: DeviceListChange }
  | { readonly refused: MatrixError }

function judge(signed: Signed, found: FoundKeys, parts: UploadParts): Judged {
  const { userId, target, keyId } = signed
  if (!isObject(signed.signed)) return { refused: invalidParam('The signed key must be an object.') }
  const master = found.crossSigningKey(target, 'master')
  if (target !== userId) return judgeOther(signed, signed.signed, master, found, parts)
  if (master?.publicKey === keyId) {
    const signers = devicesThatSign(userId, signed.signed, found)
    return accept(signed, signed.signed, { stored: master.keys, signers, change: { userId } }, parts)
  }
  const deviceId = parseDeviceId(keyId)
  const device = deviceId && found.device(userId, deviceId)
  if (device === undefined) return { refused: notFound('You have no device and no master key with this ID.') }
  const selfSigning = found.crossSigningKey(userId, 'self_signing')
  return accept(
    signed,
    signed.signed,
    { stored: device.keys, signers: signerOf(selfSigning), change: { userId, deviceId } },
    parts,
  )
}

/** Somebody else's master key, by our user-signing key. Only we see it. */
function judgeOther(
  signed: Signed,
  object: JsonObject,
  master: CrossSigningKey | undefined,
  found: FoundKeys,
  parts: UploadParts,
): Judged {
  const { userId, target, keyId } = signed
  if (master?.publicKey !== keyId)
    return { refused: notFound('This is not the master key of the user. Ask for their keys again.') }
  const signers = signerOf(found.crossSigningKey(userId, 'user_signing'))
  return accept(signed, object, { stored: master.keys, signers, change: { userId: target, viewer: userId } }, parts)
}

const signerOf = (key: CrossSigningKey | undefined): Signer[] =>
  key === undefined ? [] : [{ keyId: signingKeyId(key.publicKey), publicKey: key.publicKey }]

function devicesThatSign(userId: UserId, object: JsonObject, found: FoundKeys): Signer[] {
  const names = new Set(Object.keys(objectAt(objectAt(object, 'signatures') ?? {}, userId) ?? {}))
  return [...found.devicesOf(userId)].flatMap(([deviceId, { keys }]: [DeviceId, { keys: JsonObject }]) => {
    const publicKey = ownKeyOf(keys, deviceId)
    const keyId = ownKeyId(deviceId)
    return publicKey !== undefined && names.has(keyId) ? [{ keyId, publicKey }] : []
  })
}

function accept(
  { userId, target, keyId }: Signed,
  object: JsonObject,
  known: { readonly stored: JsonObject; readonly signers: readonly Signer[]; readonly change: DeviceListChange },
  { crypto }: UploadParts,
): Judged {
  if (!isSameKey(object, known.stored))
    return { refused: invalidSignature('The signed key is not the one that is stored here.') }
  const present = known.signers.filter((signer) => signatureBy(object, userId, signer.keyId) !== undefined)
  if (present.length === 0)
    return { refused: invalidSignature('There is no signature by a key of yours that may sign this.') }
  if (!present.every((signer) => isSignedBy(object, { userId, ...signer }, crypto))) {
    return { refused: invalidSignature('The signature does not fit the key.') }
  }
  const rows = present.map((signer) =>
    write(putKeySignature, {
      userId: target,
      keyId,
      signerId: userId,
      signerKey: signer.keyId,
      signature: signatureBy(object, userId, signer.keyId) ?? '',
    }),
  )
  return { rows, change: known.change }
}
