// An event as the engine knows it: parsed, with its number, its place and the states around it.

import type { EventPrefix } from '#protocol/client-event/client-event.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { NodeHash } from '../state/state-map.ts'

export interface KnownEvent {
  readonly nid: number
  readonly roomNid: number
  readonly event: RoomEvent
  /** The PDU's canonical text as stored and sent. */
  readonly json: string
  /** Place in the tenant's order, set when the commit is done; negative when backfilled; null: clients never see it. */
  position: number | null
  readonly outlier: boolean
  readonly rejected: boolean
  readonly softFailed: boolean
  /** It is on us to tell the other servers, although another's user sent it. */
  readonly relay: boolean
  /** Names of the states before and after; undefined for outliers. */
  readonly stateBefore: NodeHash | undefined
  readonly stateAfter: NodeHash | undefined
  /** The room's current state after the append. */
  readonly stateCurrent: NodeHash | undefined
  /** Number of the redaction that hides it, set when one is applied. */
  redactedBy: number | undefined
  readonly deviceId: string | undefined
  readonly txnId: string | undefined
  readonly authNids: readonly number[]
  readonly chain: ChainPlace | undefined
  readonly receivedTs: number
  /** The client form, made at the first reading and shared by all readers; gone when the event is redacted. */
  clientForm?: EventPrefix | undefined
}

/**
 * Is it in the auth graph, that is, was it judged together with what it names? A membership that was kept while we were outside the room was not:
 * it stands for itself, until the room is here and it is given again with its auth events.
 */
export const isInAuthGraph = ({ outlier, event, chain }: KnownEvent): boolean =>
  !outlier || chain !== undefined || event.stateKey === undefined

/** Place in the chain cover of the auth graph. */
export interface ChainPlace {
  readonly chainId: number
  readonly seq: number
}
