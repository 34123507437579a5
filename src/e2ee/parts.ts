// What the module is made of: given by hand, once for each tenant.
// spec: docs/architecture.md §6

import type { FederationTransport } from '#federation/transport/transport.ts'
import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { Random } from '#platform/random/random.ts'
import type { Stream } from '#platform/stream/stream.ts'
import type { Crypto } from '#protocol/crypto/crypto.ts'
import { type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { DeviceKeyRules } from './device-keys.ts'
import type { LocalDevices, Sharing } from './sharing.ts'

export interface E2eeParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly stream: Stream
  readonly clock: Clock
  readonly random: Random
  readonly crypto: Crypto
  readonly log: Log
  readonly transport: Pick<FederationTransport, 'queryUserKeys' | 'claimUserKeys' | 'getUserDevices' | 'onAlive'>
  readonly sharing: Sharing
  readonly devices: LocalDevices
  readonly deviceKeyRules: DeviceKeyRules
  /** Whether other servers are told the names of our users' devices. */
  readonly shareDeviceNames: boolean
}

/** Users of this server, and the others by their server. */
export function byServer<Asked>(
  asked: ReadonlyMap<UserId, Asked>,
  serverName: ServerName,
): { readonly local: Map<UserId, Asked>; readonly remote: Map<ServerName, Map<UserId, Asked>> } {
  const local = new Map<UserId, Asked>()
  const remote = new Map<ServerName, Map<UserId, Asked>>()
  for (const [userId, what] of asked) {
    const server = serverNameOf(userId)
    if (server === serverName) local.set(userId, what)
    else groupOf(remote, server).set(userId, what)
  }
  return { local, remote }
}

function groupOf<Asked>(groups: Map<ServerName, Map<UserId, Asked>>, server: ServerName): Map<UserId, Asked> {
  const known = groups.get(server)
  if (known !== undefined) return known
  const made = new Map<UserId, Asked>()
  groups.set(server, made)
  return made
}
