// A tenant's schema as its modules see it.
// spec: docs/architecture.md §6

import type { Transaction } from './jobs.ts'
import type { Query, SqlValue, Statement } from './statement.ts'

/**
 * A tenant's schema, seen by its modules.
 * Every method rejects with `StatementFailed` (PostgreSQL refused), `DatabaseUnavailable` (connection lost; says whether it may
 * have run) or `DatabaseBusy` (too many waiting).
 */
export interface Database {
  /** Runs one statement by itself (its own transaction). Pipelined: many may be under way on the connection. Reads never wait behind a commit. */
  run<P extends readonly SqlValue[], R>(statement: Statement<P, R>, ...params: P): Promise<R[]>
  /** First row or undefined. */
  one<P extends readonly SqlValue[], R>(statement: Statement<P, R>, ...params: P): Promise<R | undefined>
  /** Runs the queries (`query(statement, …)`) in order in one transaction, sent in one go; the row arrays in the same order. Rolls back and throws on the first error. */
  atomically<Rows extends readonly unknown[]>(
    queries: {
      readonly [I in keyof Rows]: Query<Rows[I]>
    },
  ): Promise<{ -readonly [I in keyof Rows]: Rows[I][] }>
}

/** Everything the stream needs beyond `Database`: a transaction in several turns. */
export interface Transactions {
  /**
   * Runs `body` in one transaction with a write lane to itself. Committed only by `transaction.commit()`; rolled back otherwise.
   * Keep it short, it blocks a lane: no waiting for anything but the database.
   */
  transaction<T>(body: (transaction: Transaction) => Promise<T>): Promise<T>
}

/** A tenant's schema, with all ways to reach it. */
export type Schema = Database & Transactions
