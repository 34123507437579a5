// Numbers for events, taken from the database in blocks so that an append asks for none.

import type { Database } from '#platform/database/database.ts'
import { nextEventNids } from '../store/read-events.ts'

/** The sequence's increment: one query per so many events. */
const BLOCK = 1_024

export class EventNumbers {
  readonly #database: Database
  #next = 0
  #end = 0
  #spare: Promise<number> | undefined

  constructor(database: Database) {
    this.#database = database
  }

  /** Makes sure that `count` numbers can be taken (at most a block's worth per call). */
  async reserve(count: number): Promise<void> {
    while (this.#end - this.#next < count) {
      this.#spare ??= this.#fetch()
      const start = await this.#spare
      if (this.#end - this.#next >= count) return
      this.#spare = undefined
      this.#next = start
      this.#end = start + BLOCK
    }
    if (this.#end - this.#next < BLOCK / 2) this.#spare ??= this.#fetch()
    this.#spare?.catch(() => (this.#spare = undefined)) // the next call asks again
  }

  get left(): number {
    return this.#end - this.#next
  }

  take(): number {
    if (this.#next >= this.#end) throw new Error('An event number was taken that was not reserved.')
    return this.#next++
  }

  async #fetch(): Promise<number> {
    const row = await this.#database.one(nextEventNids)
    if (!row) throw new Error('The sequence of event numbers gave nothing.')
    return row.last
  }
}
