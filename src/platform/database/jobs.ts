// The three kinds of work a lane does: one statement, a transaction sent in one go, a transaction in several turns.
// spec: PostgreSQL 54.2.3 (extended query)

import type { Connection, Row } from './connection.ts'
import type { Job } from './lane.ts'
import type { Query, SqlValue } from './statement.ts'

/** A named text and its values. */
export interface NamedQuery {
  readonly name: string
  readonly text: string
  readonly values: readonly SqlValue[]
}

const begin = { text: 'begin' }
const commit = { text: 'commit' }
const rollback = { text: 'rollback' }

/** One statement, its own transaction. */
export class Single implements Job {
  readonly schema: string
  readonly #query: NamedQuery
  readonly #resolve: (rows: Row[]) => void
  readonly refuse: (error: Error) => void

  constructor(schema: string, query: NamedQuery, resolve: (rows: Row[]) => void, reject: (error: Error) => void) {
    this.schema = schema
    this.#query = query
    this.#resolve = resolve
    this.refuse = reject
  }

  isExclusive(): boolean {
    return false
  }

  start(connection: Connection, done: () => void): void {
    connection.send(this.#query, this.#query.values, (error, rows) => {
      if (error) this.refuse(error)
      else this.#resolve(rows)
      done()
    })
  }
}

/** Several statements in one transaction, sent in one go. */
export class Atomic implements Job {
  readonly schema: string
  readonly #queries: readonly Query[]
  readonly #resolve: (results: Row[][]) => void
  readonly refuse: (error: Error) => void

  constructor(
    schema: string,
    queries: readonly Query[],
    resolve: (results: Row[][]) => void,
    reject: (error: Error) => void,
  ) {
    this.schema = schema
    this.#queries = queries
    this.#resolve = resolve
    this.refuse = reject
  }

  /**
   * A statement is prepared with its first use. Where that falls into a transaction that has failed, it is not prepared, and whoever was
   * sent behind and counts on it would fail too: so first uses in a transaction have nobody behind them.
   */
  isExclusive(connection: Connection): boolean {
    return !this.#queries.every(({ statement }) => connection.hasPrepared(statement.name))
  }

  start(connection: Connection, done: () => void): void {
    const results: Row[][] = []
    let first: Error | undefined
    const note = (error: Error | undefined) => {
      first ??= error
    }
    connection.send(begin, [], note)
    for (const { statement, params } of this.#queries) {
      connection.send(statement, params, (error, rows) => {
        note(error)
        results.push(rows)
      })
    }
    // After an error this commit is a rollback, by PostgreSQL's rule.
    connection.send(commit, [], (error) => {
      note(error)
      if (first) this.refuse(first)
      else this.#resolve(results)
      done()
    })
  }
}

/** A transaction that is spoken in several turns. */
export interface Transaction {
  /** Sends one query; pipelined in the order of the calls. */
  ask(query: NamedQuery): Promise<Row[]>
  /** Sends the commit behind the queries. If one of them failed it is a rollback: look at their outcome too. */
  commit(): Promise<void>
}

/** Runs `body` with the lane to itself. Without `commit`, and when `body` throws, everything is rolled back. */
export class Exclusive<T> implements Job {
  readonly schema: string
  readonly #body: (transaction: Transaction) => Promise<T>
  readonly #resolve: (value: T) => void
  readonly refuse: (error: Error) => void

  constructor(
    schema: string,
    body: (transaction: Transaction) => Promise<T>,
    resolve: (value: T) => void,
    reject: (error: Error) => void,
  ) {
    this.schema = schema
    this.#body = body
    this.#resolve = resolve
    this.refuse = reject
  }

  isExclusive(): boolean {
    return true
  }

  start(connection: Connection, done: () => void): void {
    let ended = false
    connection.send(begin, [], () => {})
    const transaction: Transaction = {
      ask: (query) => connection.ask(query, query.values),
      commit: async () => {
        ended = true
        await connection.ask(commit)
      },
    }
    this.#body(transaction)
      .then(this.#resolve, this.refuse)
      .finally(() => {
        if (ended || !connection.open) return done()
        // In order behind whatever the body left under way.
        connection.send(rollback, [], done)
      })
  }
}
