// What handlers are given: the modules of one tenant. Whoever adds a module adds its line here, and `main` fills it in.

import type { Accounts } from '#accounts/accounts.ts'
import type { E2ee } from '#e2ee/e2ee.ts'
import type { Ephemeral } from '#ephemeral/ephemeral.ts'
import type { FederationInbound } from '#federation/inbound/inbound.ts'
import type { FederationTransport } from '#federation/transport/transport.ts'
import type { Media } from '#media/media.ts'
import type { Moderation } from '#moderation/moderation.ts'
import type { Clock } from '#platform/clock/clock.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { Push } from '#push/push.ts'
import type { Rooms } from '#rooms/rooms.ts'
import type { Sync } from '#sync/sync.ts'

export interface Support {
  readonly contacts: readonly {
    /** `m.role.admin`, `m.role.security`. */
    readonly role: 'm.role.admin' | 'm.role.security'
    readonly emailAddress: string | undefined
    readonly matrixId: UserId | undefined
  }[]
  readonly page: string | undefined
}

/** Grows with the house: `readonly rooms: Rooms`, … Handlers take out what they need. */
export interface Modules {
  /** Where clients reach the tenant; undefined: not known. */
  readonly baseUrl: string | undefined
  /** Where other servers reach it, `host:port`; undefined: at port 8448 of its name. */
  readonly federationAddress: string | undefined
  /** Whom to ask for help; without contacts and page nobody is told. */
  readonly support: Support
  readonly clock: Clock
  readonly accounts: Accounts
  readonly federation: FederationTransport
  readonly inbound: FederationInbound
  readonly rooms: Rooms
  readonly e2ee: E2ee
  readonly ephemeral: Ephemeral
  readonly push: Push
  readonly media: Media
  readonly moderation: Moderation
  readonly sync: Sync
}
