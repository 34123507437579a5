// A follower reads a tenant's stream from its own persisted cursor: a lost wake-up or a crash costs latency, never a fact.

import type { Position } from '#platform/stream/stream.ts'

export interface FollowerOptions<Item extends { readonly position: Position }> {
  /** Unique per tenant; the name of the persisted cursor. */
  readonly name: string
  /** Reads at most `limit` items with position in (after, upTo], ascending. */
  readonly read: (after: Position, upTo: Position, limit: number) => Promise<readonly Item[]>
  /** Items per turn; bounded so that a turn stays under some 100 ms. */
  readonly batch: number
  /** Must be repeatable: after a crash the last batch comes again. The cursor moves (at most every second, and at the stop) after it resolves. A throw is logged and retried with back-off. */
  readonly handle: (items: readonly Item[]) => Promise<void>
}

export interface Follower {
  /** Everything up to here has been handled. */
  readonly cursor: Position
  /** Resolves when the cursor has reached `position`. */
  reached(position: Position): Promise<void>
  stop(): Promise<void>
}
