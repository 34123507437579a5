// What e2ee needs to know of other modules, as small interfaces: who shares rooms with whom, and which devices people here have.
// spec: client-server-api #tracking-the-device-list-for-a-user

import type { DeviceChange } from '#accounts/accounts.ts'
import type { Position } from '#platform/stream/stream.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'

/** Who is joined to the same rooms. Offered by `rooms`. */
export interface Sharing {
  /** Local users who share a room with a remote user. */
  localUsersSharingRoomsWith(userId: UserId): Promise<readonly UserId[]>
  /** Those of `others` who share a room with the user. */
  sharesRoom(userId: UserId, others: readonly UserId[]): Promise<ReadonlySet<UserId>>
  /** As `sharesRoom`, with the position since which they have done so without a break. */
  sharesRoomSince(userId: UserId, others: readonly UserId[]): Promise<ReadonlyMap<UserId, Position>>
}

/** A device as far as keys are concerned. */
export interface LocalDevice {
  readonly deviceId: DeviceId
  readonly displayName: string | undefined
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** Devices of local users. Offered by `accounts`. */
export interface LocalDevices {
  ofUsers(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, readonly LocalDevice[]>>
  changes(after: Position, upTo: Position, limit: number): Promise<readonly DeviceChange[]>
}
