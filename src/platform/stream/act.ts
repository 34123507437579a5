// One all-or-nothing change of a tenant's data: facts, the rows that hold them, and the conditions under which it may happen.
// spec: docs/architecture.md, decision 1

import type { SqlScalar } from '#platform/database/database.ts'
import type { Fact, Position } from './fact.ts'

/**
 * Bulk writer of one table: one statement text for every number of rows. Columns are handed over as arrays
 * (`select … from unnest($1::bigint[], $2::text[])`), in the order of `columns(row, position)`.
 */
export interface Writer<Row> {
  /** `module.what_it_does`, unique among statements, writers and guards: it names the prepared statement. */
  readonly name: string
  /** Writers of one commit run in ascending rank, so that references and row locks are taken in one order. */
  readonly rank: number
  readonly text: string
  /** The values of one row, in parameter order. `position` is the position of the row's fact when it has one, else 0. */
  columns(row: Row, position: Position): readonly SqlScalar[]
  /** Rows of one commit with the same key: the last one wins (for upserts, which may not touch a row twice). */
  key?(row: Row): string
}

/**
 * A condition that must hold when the commit happens, checked and taken in the transaction's first round trip (an update or insert
 * returning the `tag` of each row that passed). An act whose guard fails is left out of the commit and rejected with `StaleAct`.
 */
export interface Guard<Row> {
  readonly name: string
  readonly rank: number
  /** First parameter: integer[] of tags, the rest are the columns; returns `tag` for each row that holds. */
  readonly text: string
  columns(row: Row): readonly SqlScalar[]
}

/** A row with the writer that takes it. Made by `write`. */
export interface WriterRow {
  readonly writer: Writer<never>
  readonly row: never
  /** Which fact of the act this row belongs to (index into `facts`), or undefined for rows without a position. */
  readonly fact: number | undefined
}

/** A condition with its values. Made by `holds`. */
export interface GuardRow {
  readonly guard: Guard<never>
  readonly row: never
}

/** One all-or-nothing change. Each fact takes one position, in order. */
export interface Act {
  readonly facts: readonly Fact[]
  readonly rows: readonly WriterRow[]
  readonly guards?: readonly GuardRow[]
  /**
   * Called with the position of each fact when the act is durable, before anybody learns of it: for what lives in memory and is in the
   * facts' payloads. It may not fail: by then there is no way back.
   */
  readonly durable?: (positions: readonly Position[]) => void
}

/** A row for an act. `fact`: index into the act's `facts` of the fact whose position the row carries. */
export function write<Row>(writer: Writer<Row>, row: Row, fact?: number): WriterRow {
  return { writer, row: row as never, fact } // the pair is made here only, so the row is always its writer's own
}

/** A condition for an act. */
export function holds<Row>(guard: Guard<Row>, row: Row): GuardRow {
  return { guard, row: row as never } // as in `write`
}
