// A follower reads a tenant's stream from its own persisted cursor: a lost wake-up or a crash costs latency, never a fact.
// Face of the folder.
// spec: docs/architecture.md §4

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { Position, Stream } from '#platform/stream/stream.ts'
import { CursorKeeper } from './cursor-keeper.ts'
import { readSlowestCursor } from './store/cursors.ts'
import { StreamFollower } from './stream-follower.ts'

export interface FollowerOptions<Item extends { readonly position: Position }> {
  /** Unique per tenant; the name of the persisted cursor. */
  readonly name: string
  /** Reads at most `limit` items with position in (after, upTo], ascending; all items of a position or none. */
  readonly read: (after: Position, upTo: Position, limit: number) => Promise<readonly Item[]>
  /**
   * Kinds of the facts that items come with, every item with one. Then a turn reads nothing when the facts are in memory and all of other
   * kinds: most facts are messages, and who follows devices need not ask the database after each of them.
   */
  readonly kinds?: readonly string[]
  /** Items per turn; bounded so that a turn stays under some 100 ms. */
  readonly batch: number
  /** Must be repeatable: after a crash the last batch comes again. The cursor moves (at most every second, and at the stop) after it resolves. A throw is logged and retried with back-off. */
  readonly handle: (items: readonly Item[]) => Promise<void>
  /**
   * Milliseconds to let news gather after a turn, so that one turn does the work of many; not while somebody waits in `reached`.
   * None unless told.
   */
  readonly rest?: Milliseconds
  /** Where a follower begins that has no cursor yet: before the first fact (the default), or at the head. */
  readonly begin?: 'start' | 'head'
}

export interface FollowerParts {
  readonly stream: Stream
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
}

export interface Follower {
  /** Everything up to here has been handled. */
  readonly cursor: Position
  /** Resolves when the cursor has reached `position`; rejects when the follower is stopped before. */
  reached(position: Position): Promise<void>
  /** Waits for the batch under way, and saves the cursor. */
  stop(): Promise<void>
}

/** Starts following, from where it was left. */
export async function follow<Item extends { readonly position: Position }>(
  options: FollowerOptions<Item>,
  parts: FollowerParts,
): Promise<Follower> {
  const { stream, database, clock } = parts
  const log = parts.log.with({ follower: options.name })
  const begin = options.begin === 'head' ? stream.head : 0
  const keeper = await CursorKeeper.open({ name: options.name, database, clock, log, begin })
  return new StreamFollower({ ...options, stream, clock, log, keeper })
}

/**
 * What every follower of the tenant has saved that it has gone past, and never asks for again, not even after a crash. Undefined while there
 * is no follower.
 */
export async function slowestCursor(database: Database): Promise<Position | undefined> {
  return (await database.one(readSlowestCursor))?.position ?? undefined
}
