// What other servers are told of our users' devices and cross-signing keys, as EDUs.
// spec: server-server-api #device-management (m.device_list_update), #end-to-end-encryption (m.signing_key_update)

import type { Position } from '#platform/stream/stream.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import { canonicalJson, type JsonObject } from '#protocol/json/json.ts'
import type { FoundKeys } from './found-keys.ts'
import { localKeysForServers } from './local-keys.ts'
import type { E2eeParts } from './parts.ts'
import { type OutgoingChangeRow, selectLastDeviceChange, selectOutgoingChanges } from './store/device-list-changes.ts'

/** For every server that shares a room with the user. */
export interface OutgoingUpdate {
  readonly position: Position
  readonly userId: UserId
  /** The EDU as canonical JSON. */
  readonly edu: string
}

type OutgoingParts = Pick<E2eeParts, 'database' | 'devices' | 'shareDeviceNames'>

/**
 * Updates in (after, up to], in order. The ID of an update is its position, and it names the user's update before it; each tells the
 * device as it is now, so that a server that was away gets the latest, not the history.
 */
export async function outgoingDeviceListUpdates(
  range: { readonly after: Position; readonly upTo: Position; readonly limit: number },
  parts: OutgoingParts,
): Promise<OutgoingUpdate[]> {
  const rows = await parts.database.run(selectOutgoingChanges, range.after, range.upTo, range.limit)
  return updatesOf(rows, parts)
}

/** The user's last update: for a server that begins to share a room. It does not know the one before, so it fetches the list. */
export async function lastDeviceListUpdate(userId: UserId, parts: OutgoingParts): Promise<OutgoingUpdate | undefined> {
  const row = await parts.database.one(selectLastDeviceChange, userId)
  return row && (await updatesOf([row], parts))[0]
}

async function updatesOf(rows: readonly OutgoingChangeRow[], parts: OutgoingParts): Promise<OutgoingUpdate[]> {
  if (rows.length === 0) return []
  const users = new Set(rows.map((row) => row.user_id as UserId))
  const found = await localKeysForServers(new Map([...users].map((userId) => [userId, []])), parts)
  return rows.map((row) => {
    const userId = row.user_id as UserId // row mapping
    const edu = row.device_id === null ? signingKeyUpdate(userId, found) : deviceListUpdate(row, row.device_id, found)
    return { position: row.position, userId, edu: canonicalJson(edu) }
  })
}

function deviceListUpdate(row: OutgoingChangeRow, device_id: string, found: FoundKeys): JsonObject {
  const device = found.device(row.user_id as UserId, device_id as DeviceId)
  const content: JsonObject = {
    user_id: row.user_id,
    device_id,
    stream_id: row.position,
    prev_id: row.previous === null ? [] : [row.previous],
  }
  if (device === undefined) content['deleted'] = true
  else {
    content['keys'] = device.keys
    if (device.displayName !== undefined) content['device_display_name'] = device.displayName
  }
  return { edu_type: 'm.device_list_update', content }
}

function signingKeyUpdate(userId: UserId, found: FoundKeys): JsonObject {
  const content: JsonObject = { user_id: userId }
  const master = found.crossSigningKey(userId, 'master')
  const selfSigning = found.crossSigningKey(userId, 'self_signing')
  if (master) content['master_key'] = master.keys
  if (selfSigning) content['self_signing_key'] = selfSigning.keys
  return { edu_type: 'm.signing_key_update', content }
}
