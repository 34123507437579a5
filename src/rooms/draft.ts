// What somebody wants to send, before it is an event.
// spec: client-server-api #sending-events-to-a-room, #transaction-identifiers

import type { EventId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'

export interface Draft {
  readonly type: string
  /** Undefined: a message event. */
  readonly stateKey?: string | undefined
  readonly sender: UserId
  readonly content: JsonObject
  /** The event to redact; only with type m.room.redaction. */
  readonly redacts?: EventId | undefined
  /** Given by application services only; else the clock's. */
  readonly originServerTs?: number | undefined
}

export interface Transaction {
  readonly deviceId: string
  readonly txnId: string
}
