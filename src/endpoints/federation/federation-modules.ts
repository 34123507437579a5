// What the handlers for other servers need of a tenant.
// spec: docs/architecture.md (endpoints)

import type { FederationInbound } from '#federation/inbound/inbound.ts'
import type { FederationTransport } from '#federation/transport/transport.ts'
import type { Clock } from '#platform/clock/clock.ts'
import type { Rooms } from '#rooms/rooms.ts'

export interface WithTransport {
  readonly federation: FederationTransport
}

export interface WithRooms {
  readonly rooms: Rooms
}

export interface WithInbound {
  readonly inbound: FederationInbound
}

export interface WithClock {
  readonly clock: Clock
}

/** Where other servers reach this one, `host:port`, when that is not port 8448 of its name; undefined: not told. */
export interface WithFederationAddress {
  readonly federationAddress: string | undefined
}
