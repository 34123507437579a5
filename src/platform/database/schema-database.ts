// A tenant's schema over the shared lanes: chooses the lane, stays with it while it is not crowded.
// spec: docs/architecture.md §6

import type { Row } from './connection.ts'
import { Atomic, Exclusive, type NamedQuery, Single, type Transaction } from './jobs.ts'
import type { Lane } from './lane.ts'
import type { Schema } from './schema.ts'
import type { Query, SqlValue, Statement } from './statement.ts'

/** A tenant moves to another lane when its own has this many jobs more: a switch makes the server plan again and touch its tables from one more connection. */
const crowd = 8

/** Goes into `set search_path` as it is. */
const plainName = /^[a-z_][a-z0-9_]{0,62}$/

export class SchemaDatabase implements Schema {
  readonly #name: string
  readonly #reading: Choice
  readonly #writing: Choice

  constructor(name: string, reading: readonly Lane[], writing: readonly Lane[]) {
    if (!plainName.test(name)) throw new RangeError(`${name} is no schema name of ours.`)
    this.#name = name
    this.#reading = new Choice(name, reading, crowd)
    this.#writing = new Choice(name, writing, 0)
  }

  async run<P extends readonly SqlValue[], R>(statement: Statement<P, R>, ...params: P): Promise<R[]> {
    return (await this.#single(statement, params)) as R[] // row mapping: the statement says what its rows are
  }

  async one<P extends readonly SqlValue[], R>(statement: Statement<P, R>, ...params: P): Promise<R | undefined> {
    return (await this.#single(statement, params))[0] as R | undefined // as in `run`
  }

  async atomically<Rows extends readonly unknown[]>(
    queries: {
      readonly [I in keyof Rows]: Query<Rows[I]>
    },
  ): Promise<{ -readonly [I in keyof Rows]: Rows[I][] }> {
    const results = await new Promise<Row[][]>((resolve, reject) => {
      this.#writing.lane().submit(new Atomic(this.#name, queries, resolve, reject))
    })
    return results as { -readonly [I in keyof Rows]: Rows[I][] } // as in `run`
  }

  transaction<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#writing.lane().submit(new Exclusive(this.#name, body, resolve, reject))
    })
  }

  #single(statement: Statement<readonly SqlValue[], unknown>, values: readonly SqlValue[]): Promise<Row[]> {
    const choice = statement.writes ? this.#writing : this.#reading
    const query: NamedQuery = { name: statement.name, text: statement.text, values }
    return new Promise((resolve, reject) => {
      choice.lane().submit(new Single(this.#name, query, resolve, reject))
    })
  }
}

/** Which of some lanes a schema uses next. */
class Choice {
  readonly #schema: string
  readonly #lanes: readonly Lane[]
  readonly #tolerance: number
  #current: Lane

  constructor(schema: string, lanes: readonly Lane[], tolerance: number) {
    const [first] = lanes
    if (first === undefined) throw new RangeError('A database needs at least one lane.')
    this.#schema = schema
    this.#lanes = lanes
    this.#tolerance = tolerance
    this.#current = first
  }

  lane(): Lane {
    const current = this.#current
    const mine = current.schema === this.#schema
    // Nobody but us on it, or nobody at all: the common case, no comparison needed.
    if (current.load === 0 && mine) return current
    let best = current
    let least = current.load - (mine ? this.#tolerance : 0)
    for (const lane of this.#lanes) {
      if (lane.load >= least && !(lane.load === least && lane.schema === '')) continue
      best = lane
      least = lane.load
    }
    this.#current = best
    return best
  }
}
