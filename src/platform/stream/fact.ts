// A fact of a tenant and its place in the tenant's order.
// spec: docs/architecture.md, decision 1

/** A place in the tenant's order. 0 is before the first fact. */
export type Position = number

/** What the rest of the process is told after the commit: kind, and whom it concerns. Kept in a bounded ring for readers that are near the head. */
export interface Fact {
  /** `event`, `receipt`, `to-device`, `device-list`, `account-data`, `presence`, `push`, … */
  readonly kind: string
  /** The room concerned (room ID), if one. */
  readonly room?: string
  /** The local user concerned (user ID), if one. */
  readonly user?: string
  /** Kept with the fact in memory for near readers (a RoomEvent with its position, for example). Never needed for correctness. */
  readonly payload?: unknown
}

/** A committed fact. */
export interface StreamedFact extends Fact {
  readonly position: Position
}
