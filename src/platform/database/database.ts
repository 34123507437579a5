// The contract with PostgreSQL: named statements, pipelined, in a tenant's schema. Face of the folder.
// Statements name tables without a schema: a lane binds one connection to a tenant by search_path, so prepared statements are
// shared by all tenants of a connection and their number is bounded by the program's text (docs/decisions).
// spec: docs/architecture.md, decision 1

import type { Query, SqlValue, Statement } from './statement.ts'

export { DatabaseBusy, DatabaseUnavailable, isUniqueViolation, StartError, StatementFailed } from './errors.ts'
export { type Query, query, type SqlScalar, type SqlValue, type Statement, statement } from './statement.ts'

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
