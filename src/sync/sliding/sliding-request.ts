// What a client of sliding sync asks for, in words that both of its shapes share.
// spec: proposals/4186 (API); the shape that was deployed before it differs in names only

import type { Milliseconds } from '#platform/clock/clock.ts'
import type { DeviceId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'

/** `deployed`: `org.matrix.simplified_msc3575`, which clients speak today. `accepted`: `/v4/sync`. */
export type Shape = 'deployed' | 'accepted'

/** A part of a room's state; what is left out matches everything. */
export interface StatePattern {
  readonly type?: string | undefined
  readonly stateKey?: string | undefined
}

export interface RequiredState {
  readonly include: readonly StatePattern[]
  readonly exclude: readonly StatePattern[]
  /** Members are told when they are needed to read the timeline, and as they change. */
  readonly lazyMembers: boolean
}

/** How much of a room is told. */
export interface RoomConfig {
  readonly timelineLimit: number
  readonly requiredState: RequiredState
}

export interface RoomFilter {
  readonly isDm?: boolean | undefined
  readonly isEncrypted?: boolean | undefined
  readonly isInvited?: boolean | undefined
  readonly spaces?: readonly string[] | undefined
  /** Null: rooms without a type. */
  readonly roomTypes?: readonly (string | null)[] | undefined
  readonly notRoomTypes?: readonly (string | null)[] | undefined
  readonly tags?: readonly string[] | undefined
  readonly notTags?: readonly string[] | undefined
}

export interface ListAsked extends RoomConfig {
  /** Places in the filtered list, both ends included; undefined: all. */
  readonly ranges: readonly (readonly [number, number])[] | undefined
  readonly filter: RoomFilter
}

/** Rooms of an extension; undefined: those of all lists, or all subscriptions. */
export interface ExtensionScope {
  readonly lists?: readonly string[] | undefined
  readonly rooms?: readonly string[] | undefined
}

/** Extensions that are enabled. */
export interface ExtensionsAsked {
  readonly toDevice?: { readonly limit: number | undefined; readonly since: string | undefined } | undefined
  readonly e2ee?: boolean
  readonly accountData?: ExtensionScope | undefined
  readonly receipts?: ExtensionScope | undefined
  /** `name`: under which it was asked for and is answered. */
  readonly typing?: (ExtensionScope & { readonly name: string }) | undefined
}

export interface SlidingRequest {
  readonly shape: Shape
  readonly userId: UserId
  readonly deviceId: DeviceId
  /** Tells connections of one device apart; '' is one of them. */
  readonly connectionId: string
  /** `pos` of the answer before; undefined: the connection begins. */
  readonly position: string | undefined
  readonly timeout: Milliseconds
  readonly setPresence: 'offline' | 'online' | 'unavailable' | undefined
  /** Repeated in the answer. */
  readonly transactionId: string | undefined
  readonly lists: ReadonlyMap<string, ListAsked>
  readonly subscriptions: ReadonlyMap<RoomId, RoomConfig>
  readonly extensions: ExtensionsAsked
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
  /** Aborted when the server stops: those who wait are answered. */
  readonly draining: AbortSignal
}
