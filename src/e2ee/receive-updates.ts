// Applies what other servers tell of their users' devices and cross-signing keys.
// spec: server-server-api #device-management, #end-to-end-encryption (m.device_list_update, m.signing_key_update)

import { holds, StaleAct, write } from '#platform/stream/stream.ts'
import {
  type DeviceId,
  parseDeviceId,
  parseUserId,
  type ServerName,
  serverNameOf,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import { arrayAt, booleanAt, integerAt, type JsonObject, objectAt, stringAt } from '#protocol/json/json.ts'
import { readCrossSigningKey } from './cross-signing-keys.ts'
import { actOf } from './device-list-change.ts'
import { rowOfRemoteDevice, rowsOfCrossSigning } from './fetched-list.ts'
import { crossSigningKeyFromRow } from './found-keys.ts'
import type { E2eeParts } from './parts.ts'
import type { RemoteDeviceLists } from './remote-device-lists.ts'
import { selectCrossSigningKeys } from './store/cross-signing.ts'
import { dropRemoteDevice, forgetRemoteList, type RemoteListRow, stepList } from './store/remote-device-lists.ts'

type ReceiveParts = E2eeParts & { readonly lists: RemoteDeviceLists }

interface DeviceUpdate {
  readonly userId: UserId
  readonly deviceId: DeviceId
  readonly streamId: number
  readonly previous: readonly number[]
  readonly deleted: boolean
  readonly keys: JsonObject | undefined
  readonly displayName: string | undefined
}

/** Update IDs that one update may build on: servers name one, at most some. */
const MAX_PREVIOUS = 20

/** The content of `m.device_list_update`; one that is not in form, or about another server's user, is passed over. */
export async function receiveDeviceListUpdate(origin: ServerName, content: JsonObject, parts: ReceiveParts) {
  const update = readUpdate(origin, content)
  if (update === undefined || !(await isFollowed(update.userId, parts))) return
  await parts.lists.takeNews(update.userId, () => applyUpdate(update, parts))
}

function readUpdate(origin: ServerName, content: JsonObject): DeviceUpdate | undefined {
  const userId = parseUserId(stringAt(content, 'user_id') ?? '')
  const deviceId = parseDeviceId(stringAt(content, 'device_id') ?? '')
  const streamId = integerAt(content, 'stream_id')
  if (userId === undefined || deviceId === undefined || streamId === undefined) return undefined
  if (serverNameOf(userId) !== origin) return undefined
  const previous = (arrayAt(content, 'prev_id') ?? []).slice(0, MAX_PREVIOUS)
  return {
    userId,
    deviceId,
    streamId,
    previous: previous.filter((id) => typeof id === 'number'),
    deleted: booleanAt(content, 'deleted') ?? false,
    keys: objectAt(content, 'keys'),
    displayName: stringAt(content, 'device_display_name'),
  }
}

/** True while somebody here shares a room with the user. Else their list is forgotten: news of it will not come. */
async function isFollowed(userId: UserId, { sharing, database }: ReceiveParts): Promise<boolean> {
  if ((await sharing.localUsersSharingRoomsWith(userId)).length > 0) return true
  await database.run(forgetRemoteList, userId)
  return false
}

async function applyUpdate(update: DeviceUpdate, parts: ReceiveParts): Promise<void> {
  const { userId, deviceId, streamId } = update
  const list = await parts.lists.list(userId)
  if (list !== undefined && !list.stale && streamId === list.stream_id) return // it came before
  if (list === undefined || list.stale || !isNext(update, list)) return parts.lists.missed(userId, deviceId)
  const row = update.deleted ? write(dropRemoteDevice, { userId, deviceId }) : rowOfRemoteDevice(userId, update)
  const step = holds(stepList, { userId, from: list.stream_id, to: streamId })
  try {
    await parts.stream.append({ ...actOf([{ userId, deviceId }], [row], parts.serverName), guards: [step] })
  } catch (error) {
    // Another process has moved the list on: fetch it, and nothing is lost.
    if (!(error instanceof StaleAct)) throw error
    await parts.lists.missed(userId, deviceId)
  }
}

/** True if the update builds on just what the list has. The first of a sequence builds on nothing. */
function isNext({ streamId, previous }: DeviceUpdate, list: RemoteListRow): boolean {
  if (streamId < list.stream_id) return false
  if (previous.length === 0) return list.stream_id === 0
  return previous.every((id) => id === list.stream_id)
}

/** The content of `m.signing_key_update`. */
export async function receiveSigningKeyUpdate(origin: ServerName, content: JsonObject, parts: ReceiveParts) {
  const userId = parseUserId(stringAt(content, 'user_id') ?? '')
  if (userId === undefined || serverNameOf(userId) !== origin || !(await isFollowed(userId, parts))) return
  await parts.lists.takeNews(userId, () => applySigningKeys(userId, content, parts))
}

async function applySigningKeys(userId: UserId, content: JsonObject, parts: ReceiveParts): Promise<void> {
  const list = await parts.lists.list(userId)
  if (list === undefined || list.stale) return parts.lists.missed(userId)
  const stored = (await parts.database.run(selectCrossSigningKeys, [userId])).map(crossSigningKeyFromRow)
  const masterContent = objectAt(content, 'master_key')
  const selfSigningContent = objectAt(content, 'self_signing_key')
  const master = masterContent
    ? readCrossSigningKey(masterContent, 'master', userId)
    : stored.find((key) => key?.usage === 'master')
  const selfSigning = selfSigningContent && readCrossSigningKey(selfSigningContent, 'self_signing', userId)
  const rows = rowsOfCrossSigning(userId, master, selfSigning, parts.crypto)
  // Keys that do not fit together, or a self-signing key of an old master key that would stay: the whole list tells what is true.
  const expected = selfSigningContent === undefined ? 1 : 2
  const oldMaster = stored.find((key) => key?.usage === 'master')
  const leavesOldKey = selfSigningContent === undefined && oldMaster?.publicKey !== master?.publicKey
  if (rows.length !== expected || leavesOldKey) return parts.lists.missed(userId)
  await parts.stream.append(actOf([{ userId }], rows, parts.serverName))
}
