// Which members a device has been told, so that lazy loading does not tell them again. What an answer told counts only when the device
// comes back with that answer's token: one that got lost is told anew.
// spec: client-server-api #lazy-loading-room-members (redundant membership events)

import { BoundedCache } from '#platform/limits/limits.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'

/** Members remembered, over all devices of the tenant: some 60 bytes each. What is forgotten is told again. */
const MOST_MEMBERS = 500_000
/** Members of one device: those who speak in some rooms. */
const MOST_OF_DEVICE = 5_000

/** Event numbers of member events by room and user. */
export type MembersByRoom = ReadonlyMap<number, ReadonlyMap<UserId, number>>

interface Device {
  readonly known: Map<number, Map<UserId, number>>
  size: number
  /** What the answer with this token told, not confirmed yet. */
  given: { readonly token: string; readonly members: MembersByRoom } | undefined
  /** The last token that the device came with. */
  since: string | undefined
}

const nobody: ReadonlyMap<UserId, number> = new Map()

export class ToldMembers {
  readonly #devices = new BoundedCache<string, Device>({ capacity: MOST_MEMBERS, weigh: (device) => device.size + 1 })

  /** The device asks with a token; undefined: from the beginning. What it was told before, by room. */
  since(
    userId: UserId,
    deviceId: DeviceId,
    token: string | undefined,
  ): (roomNid: number) => ReadonlyMap<UserId, number> {
    const device = this.#confirmed(keyOf(userId, deviceId), token)
    return (roomNid) => device?.known.get(roomNid) ?? nobody
  }

  /** The answer to the device tells these members and ends with this token. */
  given(userId: UserId, deviceId: DeviceId, token: string, members: MembersByRoom): void {
    const key = keyOf(userId, deviceId)
    const device = this.#devices.get(key) ?? { known: new Map(), size: 0, given: undefined, since: undefined }
    device.given = { token, members }
    this.#devices.set(key, device)
  }

  #confirmed(key: string, token: string | undefined): Device | undefined {
    const device = this.#devices.get(key)
    if (!device) return undefined
    if (token !== undefined && device.given?.token === token) {
      for (const [roomNid, members] of device.given.members) learn(device, roomNid, members)
      device.given = undefined
      device.since = token
      this.#devices.set(key, device)
    }
    if (token !== undefined && device.since === token && device.size <= MOST_OF_DEVICE) return device
    // A token of another time, or too much to remember: nothing is certain any more.
    this.#devices.delete(key)
    return undefined
  }
}

const keyOf = (userId: UserId, deviceId: DeviceId): string => `${userId}\0${deviceId}`

function learn(device: Device, roomNid: number, members: ReadonlyMap<UserId, number>): void {
  const known = device.known.get(roomNid) ?? new Map<UserId, number>()
  device.known.set(roomNid, known)
  for (const [userId, nid] of members) {
    if (!known.has(userId)) device.size += 1
    known.set(userId, nid)
  }
}
