// What an administrator, or the user, may see of the user's sessions.
// spec: modules/admin, GET /_matrix/client/v3/admin/whois/{userId}

import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { Device } from './devices.ts'

export interface Connection {
  readonly ip: string
  readonly last_seen: number
  readonly user_agent: string
}

export interface Whois {
  readonly user_id: UserId
  readonly devices: {
    readonly [deviceId: string]: { readonly sessions: readonly { readonly connections: readonly Connection[] }[] }
  }
}

export const whois = (userId: UserId, devices: readonly Device[]): Whois => ({
  user_id: userId,
  devices: Object.fromEntries(
    devices.map((device) => [device.deviceId, { sessions: [{ connections: connections(device) }] }]),
  ),
})

function connections({ lastSeenAt, lastSeenIp, lastSeenAgent }: Device): Connection[] {
  if (lastSeenAt === undefined) return []
  return [{ ip: lastSeenIp ?? '', last_seen: lastSeenAt, user_agent: lastSeenAgent ?? '' }]
}
