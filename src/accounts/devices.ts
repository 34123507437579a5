// Devices of local users: list, rename, delete. What happens to one is a fact that e2ee and push follow.
// spec: client-server-api #device-management

import type { Database } from '#platform/database/database.ts'
import { type Act, type Fact, type Position, type Stream, type WriterRow, write } from '#platform/stream/stream.ts'
import { invalidParam, notFound } from '#protocol/errors/errors.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'
import type { SessionCache } from './session-cache.ts'
import {
  type DeviceRow,
  deleteDevice,
  logDeviceChange,
  renameDevice,
  selectDevice,
  selectDeviceChanges,
  selectDevices,
  selectDevicesOfUsers,
} from './store/devices.ts'
import type { UserTurns } from './user-turns.ts'

export interface Device {
  readonly deviceId: DeviceId
  readonly displayName: string | undefined
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly lastSeenAt: number | undefined
  readonly lastSeenIp: string | undefined
  readonly lastSeenAgent: string | undefined
}

export interface DeviceChange {
  readonly position: Position
  readonly userId: UserId
  readonly deviceId: DeviceId
  readonly change: 'created' | 'renamed' | 'deleted'
}

/** Payload of a fact of kind `device`. */
export type DeviceFact = Omit<DeviceChange, 'position'>

/** What a device list shows; federation carries it to every server that shares a room. */
const MAX_NAME_BYTES = 255

export class Devices {
  readonly #database: Database
  readonly #stream: Stream
  readonly #sessions: SessionCache
  readonly #turns: UserTurns

  constructor(parts: { database: Database; stream: Stream; sessions: SessionCache; turns: UserTurns }) {
    this.#database = parts.database
    this.#stream = parts.stream
    this.#sessions = parts.sessions
    this.#turns = parts.turns
  }

  /** All devices of a user, oldest first. At most `MAX_DEVICES`. */
  async list(userId: UserId): Promise<Device[]> {
    return (await this.#database.run(selectDevices, userId)).map(deviceFromRow)
  }

  async get(userId: UserId, deviceId: DeviceId): Promise<Device | undefined> {
    const row = await this.#database.one(selectDevice, userId, deviceId)
    return row && deviceFromRow(row)
  }

  /** Devices of several users in one read. A user without devices is absent. */
  async ofUsers(userIds: readonly UserId[]): Promise<Map<UserId, Device[]>> {
    const found = new Map<UserId, Device[]>()
    for (const row of await this.#database.run(selectDevicesOfUsers, userIds)) {
      const userId = row.user_id as UserId
      const devices = found.get(userId)
      if (devices === undefined) found.set(userId, [deviceFromRow(row)])
      else devices.push(deviceFromRow(row))
    }
    return found
  }

  /** @throws `M_NOT_FOUND` for a device that the user does not have; `M_INVALID_PARAM` for a name over 255 bytes. */
  async rename(userId: UserId, deviceId: DeviceId, displayName: string | undefined): Promise<void> {
    if (displayName !== undefined) checkDeviceName(displayName)
    await this.#turns.run(userId, async () => {
      const device = await this.get(userId, deviceId)
      if (device === undefined) throw notFound('You have no device with this ID.')
      if (displayName === undefined || displayName === device.displayName) return
      await this.#stream.append({
        facts: [deviceFact({ userId, deviceId, change: 'renamed' })],
        rows: [
          write(renameDevice, { userId, deviceId, displayName }),
          write(logDeviceChange, { userId, deviceId, change: 'renamed' }, 0),
        ],
      })
    })
  }

  /** Deletes devices with their tokens. Those that are not there are passed over. */
  async delete(userId: UserId, deviceIds: readonly DeviceId[]): Promise<void> {
    await this.#turns.run(userId, async () => {
      const asked = new Set(deviceIds)
      const there = (await this.list(userId)).map(({ deviceId }) => deviceId).filter((id) => asked.has(id))
      await this.#deleteNow(userId, there)
    })
  }

  /** Deletes all devices of a user, but perhaps one. */
  async deleteAll(userId: UserId, except?: DeviceId): Promise<void> {
    await this.#turns.run(userId, async () => {
      const there = (await this.list(userId)).map(({ deviceId }) => deviceId)
      await this.#deleteNow(
        userId,
        there.filter((id) => id !== except),
      )
    })
  }

  /** What happened to devices in (after, upTo], in order: for followers. */
  async changes(after: Position, upTo: Position, limit: number): Promise<DeviceChange[]> {
    const rows = await this.#database.run(selectDeviceChanges, after, upTo, limit)
    return rows.map((row) => ({
      position: row.position,
      userId: row.user_id as UserId,
      deviceId: row.device_id as DeviceId,
      change: row.change,
    }))
  }

  async #deleteNow(userId: UserId, deviceIds: readonly DeviceId[]): Promise<void> {
    if (deviceIds.length > 0) await this.#stream.append(deletionOf(userId, deviceIds))
    this.#sessions.dropUser(userId)
  }
}

/** The act that deletes devices; deactivation adds to it. */
export function deletionOf(userId: UserId, deviceIds: readonly DeviceId[]): Act {
  const facts: Fact[] = []
  const rows: WriterRow[] = []
  for (const deviceId of deviceIds) {
    const fact = facts.push(deviceFact({ userId, deviceId, change: 'deleted' })) - 1
    rows.push(write(deleteDevice, { userId, deviceId }))
    rows.push(write(logDeviceChange, { userId, deviceId, change: 'deleted' }, fact))
  }
  return { facts, rows }
}

export const deviceFact = (payload: DeviceFact): Fact => ({ kind: 'device', user: payload.userId, payload })

export function checkDeviceName(name: string): void {
  if (!fitsIn(name, MAX_NAME_BYTES) || name.includes('\0') || !name.isWellFormed()) {
    throw invalidParam(`The display name of a device is text of at most ${MAX_NAME_BYTES} bytes. Choose a shorter one.`)
  }
}

const deviceFromRow = (row: DeviceRow): Device => ({
  deviceId: row.device_id as DeviceId,
  displayName: row.display_name ?? undefined,
  createdAt: row.created_at,
  lastSeenAt: row.last_seen_at ?? undefined,
  lastSeenIp: row.last_seen_ip ?? undefined,
  lastSeenAgent: row.last_seen_agent ?? undefined,
})
