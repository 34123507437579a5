// Named, prepared statements: the only way SQL is written in Samband.
// spec: docs/architecture.md (stores); statements name tables without a schema, the connection's search_path names the tenant's.

/** One value as the driver takes it. */
export type SqlScalar = string | number | boolean | null | Uint8Array

/**
 * Values as the driver takes them. Arrays become PostgreSQL arrays (for `unnest($1::text[])`); bigint columns come back as numbers (all
 * our counters stay under 2^53; a larger one is an error, never a rounded number); bytea comes back as Buffer.
 */
export type SqlValue = SqlScalar | readonly SqlScalar[]

/** A named, prepared statement. `Params` are positional, `Row` is the row shape by column name. */
export interface Statement<Params extends readonly SqlValue[], Row> {
  readonly name: string
  readonly text: string
  /** True when the text may write: such a statement waits for the disk, so it goes on a lane where no read stands behind it. */
  readonly writes: boolean
  /** Phantom, for inference only. */
  readonly types?: { readonly params: Params; readonly row: Row }
}

/** One statement with its values, for `atomically`. Made by `query`. */
export interface Query<Row = unknown> {
  readonly statement: { readonly name: string; readonly text: string }
  readonly params: readonly SqlValue[]
  /** Phantom, for inference only. */
  readonly row?: Row
}

/** PostgreSQL cuts names of prepared statements at 63 bytes, silently: two long names could become one. */
const longestName = 63
const writeWords = /\b(insert|update|delete|merge|truncate|create|drop|alter|nextval|lock)\b/i

/**
 * Defines a statement. Export it from a file in `store/`: a test prepares every exported statement against a fresh schema.
 *
 * @param name `module.what_it_does`, unique in the program, at most 63 characters.
 * @param text one SQL statement; tables without schema; parameters `$1`, `$2`, …
 */
export function statement<Params extends readonly SqlValue[], Row = Record<string, never>>(
  name: string,
  text: string,
): Statement<Params, Row> {
  if (name.length > longestName) throw new RangeError(`The statement name ${name} is longer than ${longestName}.`)
  return { name, text, writes: writeWords.test(text) }
}

/** Binds values to a statement, for `atomically`. */
export function query<Params extends readonly SqlValue[], Row>(
  statement: Statement<Params, Row>,
  ...params: Params
): Query<Row> {
  return { statement, params }
}
