// What outbound federation is made of: given by hand, once for each tenant. Of each module only what is used.
// spec: docs/architecture.md §6

import type { E2ee } from '#e2ee/e2ee.ts'
import type { Ephemeral } from '#ephemeral/ephemeral.ts'
import type { FederationTransport } from '#federation/transport/transport.ts'
import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { Random } from '#platform/random/random.ts'
import type { Stream } from '#platform/stream/stream.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Rooms } from '#rooms/rooms.ts'

export interface OutboundParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly stream: Stream
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly transport: Pick<FederationTransport, 'sendTransaction' | 'onAlive' | 'awayUntil'>
  readonly rooms: Pick<Rooms, 'events' | 'eventsAfter' | 'serving' | 'serversSharingRoomsWith' | 'head'>
  readonly e2ee: Pick<
    E2ee,
    'outboxFor' | 'acknowledgeOutbox' | 'destinationsWithOutbox' | 'outgoingDeviceListUpdates' | 'lastDeviceListUpdate'
  >
  readonly ephemeral: Pick<Ephemeral, 'onOutgoingTyping'> & {
    readonly receipts: Pick<Ephemeral['receipts'], 'ofOurs'>
    readonly presence: Pick<Ephemeral['presence'], 'ofOurs'>
  }
}
