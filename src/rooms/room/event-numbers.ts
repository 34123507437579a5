// Numbers for events, taken from the database in blocks so that an append asks for none.

import type { Database } from '#platform/database/database.ts'
import { nextEventNids } from '../store/read-events.ts'

/** The sequence's increment: one query per so many events. */
const BLOCK = 1_024
/** Turns of other rooms take numbers between a `reserve` and its `take`: so many stay for them, far more than there are at once. */
const MARGIN = BLOCK
/** Fetched in the background when fewer are ready, long before anybody has to wait. */
const AHEAD = 4 * BLOCK

interface Block {
  next: number
  readonly end: number
}

export class EventNumbers {
  readonly #database: Database
  #blocks: Block[] = []
  #left = 0
  #fetching: Promise<void> | undefined

  constructor(database: Database) {
    this.#database = database
  }

  /** Makes sure that `count` numbers can be taken (at most a block's worth per call). Answers at once while enough are ready. */
  async reserve(count: number): Promise<void> {
    while (this.#left < count + MARGIN) await this.#fetch()
    // A failure is for the caller to see who has to wait.
    if (this.#left < AHEAD) this.#fetch().catch(() => undefined)
  }

  get left(): number {
    return this.#left
  }

  /** One number, each once. Reserve it first. */
  take(): number {
    const [block] = this.#blocks
    if (!block) throw new Error('An event number was taken that was not reserved.')
    const number = block.next++
    this.#left--
    if (block.next === block.end) this.#blocks.shift()
    return number
  }

  /** Adds blocks; everyone who waits waits for the same ones. */
  #fetch(): Promise<void> {
    this.#fetching ??= this.#fetchBlocks().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  async #fetchBlocks(): Promise<void> {
    const wanted = Math.max(1, Math.ceil((AHEAD - this.#left) / BLOCK))
    const rows = await Promise.all(Array.from({ length: wanted }, () => this.#database.one(nextEventNids)))
    for (const row of rows) {
      if (!row) throw new Error('The sequence of event numbers gave nothing.')
      this.#blocks.push({ next: row.last, end: row.last + BLOCK })
      this.#left += BLOCK
    }
  }
}
