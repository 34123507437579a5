// One batch in one transaction of two round trips: positions and guards, then rows and commit.
// The counter's lock is taken first and held to the end, so two committers never wait for each other in a circle.
// spec: docs/architecture.md, decision 1

import { DatabaseUnavailable, type Schema, type Transaction } from '#platform/database/database.ts'
import type { Act } from './act.ts'
import { countFacts, guardQueries, writerQueries } from './batch.ts'
import type { Position } from './fact.ts'
import { type CommitIdentity, takePositions } from './store/stream-head.ts'
import { HistoryLost } from './stream-errors.ts'

export type BatchOutcome =
  /** Durable; `first` is the position of the batch's first fact. */
  | { readonly kind: 'committed'; readonly first: Position }
  /** Rolled back: these acts (by index) lost, with the guard that said so. The others may be tried again. */
  | { readonly kind: 'stale'; readonly lost: ReadonlyMap<number, string> }
  /** The connection broke before the commit was sent: certainly nothing was committed. */
  | { readonly kind: 'lost'; readonly cause: DatabaseUnavailable }
  /** The connection broke after the commit was sent. `commit` can be asked after. */
  | { readonly kind: 'unknown'; readonly first: Position; readonly commit: CommitIdentity; readonly cause: unknown }

/**
 * Tries to commit behind `head`, the newest position that this process knows. Rejects with the database's error when it refuses, or is not
 * to be had, and with `HistoryLost` when its head is an older one: nothing was committed then.
 */
export function commitBatch(schema: Schema, acts: readonly Act[], head: Position): Promise<BatchOutcome> {
  return schema.transaction(async (transaction) => {
    try {
      const begun = await begin(transaction, acts, head)
      if (begun.kind === 'stale') return begun
      return await finish(transaction, acts, begun)
    } catch (error) {
      if (error instanceof DatabaseUnavailable) return { kind: 'lost', cause: error }
      throw error
    }
  })
}

interface Begun {
  readonly kind: 'begun'
  readonly first: Position
  readonly commit: CommitIdentity
}

async function begin(
  transaction: Transaction,
  acts: readonly Act[],
  known: Position,
): Promise<Begun | Extract<BatchOutcome, { kind: 'stale' }>> {
  const count = countFacts(acts)
  const guards = guardQueries(acts)
  const [taken, ...held] = await Promise.all([
    transaction.ask({ ...takePositions, values: [count] }),
    ...guards.map((guard) => transaction.ask(guard)),
  ])
  const commit = taken?.[0] as (CommitIdentity & { position: number }) | undefined // row mapping
  if (commit === undefined) throw new Error('The table stream_head is empty: the schema is damaged. Restore a backup.')
  const before = commit.position - count
  if (before < known) throw new HistoryLost(known, before)
  const lost = new Map<number, string>()
  for (const [index, guard] of guards.entries()) noteLost(guard, held[index] ?? [], lost)
  if (lost.size > 0) return { kind: 'stale', lost }
  return { kind: 'begun', first: before + 1, commit }
}

/**
 * All of a batch is undone when one act loses: the guards of that act that did hold have already changed their rows, and the only way to
 * take that back is the transaction.
 */
function noteLost(
  guard: { readonly name: string; readonly actOfTag: readonly number[] },
  rows: readonly { readonly [column: string]: unknown }[],
  lost: Map<number, string>,
): void {
  if (rows.length >= guard.actOfTag.length) return
  const holding = new Set(rows.map((row) => row['tag']))
  for (const [tag, act] of guard.actOfTag.entries()) if (!holding.has(tag)) lost.set(act, guard.name)
}

async function finish(transaction: Transaction, acts: readonly Act[], { first, commit }: Begun): Promise<BatchOutcome> {
  try {
    const rows = writerQueries(acts, first).map((query) => transaction.ask(query))
    await Promise.all([...rows, transaction.commit()])
    return { kind: 'committed', first }
  } catch (error) {
    // `not-run` means that the connection was closed when we sent: then the commit, sent last, was not sent either.
    if (error instanceof DatabaseUnavailable && error.outcome === 'unknown')
      return { kind: 'unknown', first, commit, cause: error }
    throw error
  }
}
