// One connection to PostgreSQL, pipelined: many queries may be under way, answers come in order. The only file that talks to the driver.
// spec: PostgreSQL 54.2.4 (pipelining)

import net from 'node:net'
import pg from 'pg'
import type { Clock, Timer } from '#platform/clock/clock.ts'
import { arrayLiteral } from './array-literal.ts'
import { columnTypes } from './column-types.ts'
import { DatabaseUnavailable, StatementFailed } from './database-errors.ts'
import { type ConnectionSettings, driverSettings } from './settings.ts'
import type { SqlValue } from './statement.ts'

/** Named texts are prepared once per connection and kept; a text without a name is sent in the simple protocol (and takes no values). */
export interface SqlText {
  readonly name?: string
  readonly text: string
}

export type Row = Record<string, unknown>

/** Called once with the rows or the error (`StatementFailed` or `DatabaseUnavailable`). */
export type Answer = (error: Error | undefined, rows: Row[]) => void

export interface ConnectionOptions {
  readonly clock: Clock
  /** A statement that runs longer is cancelled by the server; 0 for none (migrations). Milliseconds. */
  readonly statementTimeout: number
}

/** A server that does not answer the connect within this time is as good as gone. */
const connectTimeout = 10_000
/** Added to the statement timeout: a connection silent for so long is dead (a machine that vanished sends no goodbye). */
const silenceAfterTimeout = 15_000
/** A transaction that we left open (a stopped process) must not hold the stream's row lock for long. */
const idleInTransaction = 60_000

export class Connection {
  readonly #client: pg.Client
  readonly #socket: net.Socket
  readonly #clock: Clock
  readonly #silence: number
  readonly #schemas = new Set<string>()
  /** Bounded by the statements of the program. */
  readonly #prepared = new Set<string>()
  #schema = ''
  #underWay = 0
  #answers = 0
  #corked = false
  #open = true
  #watch: Timer | undefined
  #onLost: (() => void) | undefined

  private constructor(client: pg.Client, socket: net.Socket, options: ConnectionOptions) {
    this.#client = client
    this.#socket = socket
    this.#clock = options.clock
    this.#silence = options.statementTimeout === 0 ? 0 : options.statementTimeout + silenceAfterTimeout
    client.on('error', () => this.#lost())
    client.on('end', () => this.#lost())
  }

  /** Connects. Rejects with `DatabaseUnavailable` (nothing was run). */
  static async open(settings: ConnectionSettings, options: ConnectionOptions): Promise<Connection> {
    const socket = new net.Socket()
    const client = new pg.Client({
      ...driverSettings(settings),
      application_name: 'samband',
      pipeline: true,
      types: columnTypes,
      keepAlive: true,
      stream: () => socket,
      connectionTimeoutMillis: connectTimeout,
      statement_timeout: options.statementTimeout,
      idle_in_transaction_session_timeout: idleInTransaction,
    })
    // Between a failed connect and its rejection the driver may report more than once; the rejection is enough.
    client.on('error', () => {})
    try {
      await client.connect()
    } catch (error) {
      socket.destroy()
      throw new DatabaseUnavailable('not-run', reasonOf(error), { cause: error })
    }
    return new Connection(client, socket, options)
  }

  /** False once the connection is lost or closed. */
  get open(): boolean {
    return this.#open
  }

  /** Queries sent and not answered. */
  get underWay(): number {
    return this.#underWay
  }

  /** How many schemas this connection has worked in: each touched table of each costs the server about 28 KB for the connection's life. */
  get schemasSeen(): number {
    return this.#schemas.size
  }

  /** Called once when the connection is lost (not by `close`), after the answers of the queries under way. */
  onLost(act: () => void): void {
    this.#onLost = act
  }

  /** Whether the next query in `schema` needs no switch. */
  isIn(schema: string): boolean {
    return this.#schema === schema
  }

  /** Whether the statement has run here before, so that it is surely prepared. */
  hasPrepared(name: string): boolean {
    return this.#prepared.has(name)
  }

  /** Makes `schema` (a plain name, checked by the caller) the one that the following queries work in. Never call it inside a transaction: a rollback would undo it. */
  enter(schema: string): void {
    if (this.#schema === schema) return
    this.#schema = schema
    this.#schemas.add(schema)
    this.send({ text: `set search_path to ${schema}` }, [], () => {})
  }

  /** Sends one query behind those under way. Everything sent in one turn of the event loop leaves in one write. */
  send(sql: SqlText, values: readonly SqlValue[], answer: Answer): void {
    if (!this.#open) {
      answer(new DatabaseUnavailable('not-run', 'the connection is closed'), [])
      return
    }
    this.#cork()
    this.#underWay += 1
    this.#watchForSilence()
    const query = sql.name === undefined ? { text: sql.text } : { ...sql, values: values.map(wireValue) }
    this.#client.query(query, (error: Error | null | undefined, result) => {
      this.#underWay -= 1
      this.#answers += 1
      if (!error) {
        if (sql.name !== undefined) this.#prepared.add(sql.name)
        answer(undefined, result.rows ?? [])
        return
      }
      const typed = this.#typed(error, sql)
      // Known before the socket says so: whoever is told must not meet the same connection again.
      if (typed instanceof DatabaseUnavailable) this.#lost()
      answer(typed, [])
    })
  }

  /** `send` as a promise. */
  ask(sql: SqlText, values: readonly SqlValue[] = []): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      this.send(sql, values, (error, rows) => (error ? reject(error) : resolve(rows)))
    })
  }

  /** Waits for the queries under way and says goodbye. */
  async close(): Promise<void> {
    this.#watch?.cancel()
    if (!this.#open) return
    this.#open = false
    this.#onLost = undefined
    await this.#client.end()
  }

  /** Ends at once; queries under way are answered with `DatabaseUnavailable`. */
  destroy(): void {
    this.#socket.destroy()
  }

  #lost(): void {
    this.#watch?.cancel()
    if (!this.#open) return
    this.#open = false
    this.#socket.destroy()
    // The driver answers the queries under way on the next tick; whoever reconnects comes after them.
    setImmediate(() => this.#onLost?.())
  }

  #cork(): void {
    if (this.#corked) return
    this.#corked = true
    this.#socket.cork()
    process.nextTick(() => {
      this.#corked = false
      this.#socket.uncork()
    })
  }

  #watchForSilence(): void {
    if (this.#watch !== undefined || this.#silence === 0) return
    const before = this.#answers
    this.#watch = this.#clock.after(this.#silence, () => {
      this.#watch = undefined
      if (this.#underWay === 0) return
      if (this.#answers === before) this.destroy()
      else this.#watchForSilence()
    })
  }

  #typed(error: Error, sql: SqlText): Error {
    if (!(error instanceof pg.DatabaseError)) return error instanceof RangeError ? error : this.#gone(error)
    const fatal = error.severity === 'FATAL' || error.severity === 'PANIC' || error.code?.startsWith('57P')
    if (fatal) return this.#gone(error)
    return new StatementFailed({
      statement: sql.name ?? sql.text.slice(0, 40),
      code: error.code ?? 'XX000',
      constraint: error.constraint,
      reason: error.message,
    })
  }

  #gone(error: Error): DatabaseUnavailable {
    return new DatabaseUnavailable('unknown', reasonOf(error), { cause: error })
  }
}

function wireValue(value: SqlValue): SqlValue {
  return Array.isArray(value) ? arrayLiteral(value) : value
}

/** What the driver says, in one line. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
}
