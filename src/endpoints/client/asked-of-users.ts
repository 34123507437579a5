// Maps by user and device, as bodies carry them and modules take them. The mount has checked the identifiers.
// spec: client-server-api #end-to-end-encryption, #send-to-device-messaging

import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'

/** user → what is asked of them. */
export const byUser = <Asked>(users: { readonly [userId: UserId]: Asked }): Map<UserId, Asked> =>
  new Map(Object.entries(users) as [UserId, Asked][])

/** user → device → what is asked of it. */
export const byDevice = <Asked>(users: {
  readonly [userId: UserId]: { readonly [deviceId: string]: Asked }
}): Map<UserId, Map<DeviceId, Asked>> =>
  new Map(
    [...byUser(users)].map(([userId, devices]) => [userId, new Map(Object.entries(devices) as [DeviceId, Asked][])]),
  )
