// What goes to a server.
// spec: server-server-api #transactions

import type { PresenceState, Receipt } from '#ephemeral/ephemeral.ts'
import type { Position } from '#platform/stream/stream.ts'

/** What must arrive, at its place in the tenant's order: a PDU or an EDU, as canonical JSON. */
export interface Entry {
  readonly position: Position
  readonly kind: 'pdu' | 'edu'
  readonly text: string
}

/** What may be lost, and of which only the newest counts. */
export type Passing =
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  | { readonly kind: 'presence'; readonly state: PresenceState }
  | { readonly kind: 'typing'; readonly key: string; readonly edu: string }

/** One transaction. It is repeated as it is, under its ID, until it is answered. */
export interface Sending {
  readonly txnId: string
  readonly pdus: readonly string[]
  readonly edus: readonly string[]
  /** With its answer, everything up to here is taken. */
  readonly upTo: Position
  /** With its answer, the messages to devices up to here are. */
  readonly outboxUpTo: Position | undefined
  /** Nothing was left behind it when it was made. */
  readonly complete: boolean
}
