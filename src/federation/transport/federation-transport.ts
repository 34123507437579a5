// The tenant's side of federation, as its users see it.
// spec: server-server-api

import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import type { DiscoveryCalls } from './calls/discovery-calls.ts'
import type { MediaCalls } from './calls/media-calls.ts'
import type { RoomCalls } from './calls/room-calls.ts'
import type { TransactionCalls } from './calls/transaction-calls.ts'
import type { UserCalls } from './calls/user-calls.ts'
import type { KeyRing } from './keys/key-ring-types.ts'

/** A request that came in, as it stood on the wire. */
export interface InboundRequest {
  readonly method: string
  /** Path and query exactly as on the request line, undecoded. */
  readonly target: string
  /** Every `Authorization` header, in order. */
  readonly authorization: readonly string[]
  /** The parsed body, read with `numbers: 'faithful'` as other servers sign it, or `'verbatim'` as it was sent; undefined when there was none. */
  readonly body: Json | undefined
}

/** The tenant's side of federation. */
export interface FederationTransport
  extends RoomCalls,
    DiscoveryCalls,
    UserCalls,
    MediaCalls,
    TransactionCalls,
    KeyRing {
  readonly serverName: ServerName
  /** Who signed the request; throws 401 `M_UNAUTHORIZED`. An authenticated server is marked alive. */
  authenticateRequest(request: InboundRequest, signal?: AbortSignal): Promise<ServerName>
  /** The server has shown life: its back-off ends now and those who wait for it are woken. */
  markAlive(server: ServerName): void
  /** Until when the server is not asked (wall clock, ms), or undefined when it is thought to be there. */
  awayUntil(server: ServerName): number | undefined
  /** Calls `listener` when a server that was away shows life. Returns the way to stop. */
  onAlive(listener: (server: ServerName) => void): () => void
  /** Ends every request under way and waits for what is being written. */
  close(): Promise<void>
}
