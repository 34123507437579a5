// What handlers are given: the modules of one tenant. Whoever adds a module adds its line here, and `main` fills it in.

import type { Accounts } from '#accounts/accounts.ts'
import type { E2ee } from '#e2ee/e2ee.ts'
import type { Ephemeral } from '#ephemeral/ephemeral.ts'
import type { FederationInbound } from '#federation/inbound/inbound.ts'
import type { FederationTransport } from '#federation/transport/transport.ts'
import type { Media } from '#media/media.ts'
import type { Clock } from '#platform/clock/clock.ts'
import type { Push } from '#push/push.ts'
import type { Rooms } from '#rooms/rooms.ts'
import type { Sync } from '#sync/sync.ts'

/** Grows with the house: `readonly rooms: Rooms`, … Handlers take out what they need. */
export interface Modules {
  /** Where clients reach the tenant; undefined: not known. */
  readonly baseUrl: string | undefined
  /** Where other servers reach it, `host:port`; undefined: at port 8448 of its name. */
  readonly federationAddress: string | undefined
  readonly clock: Clock
  readonly accounts: Accounts
  readonly federation: FederationTransport
  readonly inbound: FederationInbound
  readonly rooms: Rooms
  readonly e2ee: E2ee
  readonly ephemeral: Ephemeral
  readonly push: Push
  readonly media: Media
  readonly sync: Sync
}
