// What the handlers of rooms need of a tenant.
// spec: docs/architecture.md (endpoints)

import type { Accounts } from '#accounts/accounts.ts'
import type { FederationTransport } from '#federation/transport/transport.ts'
import type { Rooms } from '#rooms/rooms.ts'

export interface WithRooms {
  readonly accounts: Accounts
  readonly rooms: Rooms
}

/** With other servers' directories. */
export interface WithDirectories extends WithRooms {
  readonly federation: FederationTransport
}
