// Follows what happens to the devices of our users: keys and messages go with their device, and others are told.
// spec: client-server-api #relationship-between-access-tokens-and-devices; server-server-api #device-management

import type { DeviceChange } from '#accounts/accounts.ts'
import type { FollowerOptions } from '#platform/follow/follow.ts'
import { type WriterRow, write } from '#platform/stream/stream.ts'
import { actOf, type DeviceListChange } from './device-list-change.ts'
import type { KeyCountsOfDevices } from './key-counts.ts'
import type { E2eeParts } from './parts.ts'
import { dropDevice, selectKeysOfDevices } from './store/device-keys.ts'

/** Changes of one turn: one read and one commit, some milliseconds. */
const BATCH = 100

type FollowParts = Pick<E2eeParts, 'serverName' | 'database' | 'stream' | 'devices'> & {
  readonly counts: KeyCountsOfDevices
}

export function deviceFollower(parts: FollowParts): FollowerOptions<DeviceChange> {
  return {
    name: 'e2ee.devices',
    kinds: ['device'],
    batch: BATCH,
    read: (after, upTo, limit) => parts.devices.changes(after, upTo, limit),
    handle: (changes) => followDevices(changes, parts),
  }
}

/** Repeatable: what is cleared away already is not there to be told of. */
async function followDevices(changes: readonly DeviceChange[], parts: FollowParts): Promise<void> {
  const stored = await parts.database.run(
    selectKeysOfDevices,
    changes.map(({ userId }) => userId),
    changes.map(({ deviceId }) => deviceId),
  )
  const withKeys = new Set(stored.map((row) => `${row.user_id}\0${row.device_id}`))
  const told = new Map<string, DeviceListChange>()
  const rows: WriterRow[] = []
  for (const { userId, deviceId, change, position } of changes) {
    const key = `${userId}\0${deviceId}`
    // Nobody knows a device without keys.
    if (change !== 'created' && withKeys.has(key)) told.set(key, { userId, deviceId })
    // Before a device is made anew as well: a message that came in between was for the one before.
    if (change !== 'renamed') rows.push(write(dropDevice, { userId, deviceId, before: position }))
    parts.counts.forget(userId, deviceId)
  }
  if (rows.length + told.size > 0) await parts.stream.append(actOf([...told.values()], rows, parts.serverName))
}
