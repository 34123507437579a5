// The newest facts in memory, for readers that are near the head. Bounded: the oldest give way.
// spec: docs/architecture.md, decision 1

import type { Position, StreamedFact } from './fact.ts'

/**
 * Facts kept per tenant; a power of two. At 500 events a second it is 8 s: a client that polls at once after each answer is near,
 * one that was away reads the database. With an event of 2 KB in each it is 8 MB in a busy tenant, and 0 in one that is silent.
 */
const capacity = 4096
const mask = capacity - 1

export class FactRing {
  #slots: StreamedFact[] | undefined
  /** The ring holds the positions in (start, end]. */
  #start: Position
  #end: Position

  constructor(head: Position) {
    this.#start = head
    this.#end = head
  }

  get end(): Position {
    return this.#end
  }

  /** Adds the fact that follows the newest. */
  push(fact: StreamedFact): void {
    if (fact.position !== this.#end + 1) throw new RangeError(`Position ${fact.position} does not follow ${this.#end}.`)
    this.#slots ??= new Array<StreamedFact>(capacity)
    this.#slots[fact.position & mask] = fact
    this.#end = fact.position
    if (this.#end - this.#start > capacity) this.#start = this.#end - capacity
  }

  /** Forgets everything: facts up to `position` are not known here. */
  cut(position: Position): void {
    this.#slots = undefined
    this.#start = position
    this.#end = position
  }

  /** Facts in (after, end], oldest first; undefined when some of them are not in memory. */
  since(after: Position): readonly StreamedFact[] | undefined {
    if (after >= this.#end) return []
    if (after < this.#start || this.#slots === undefined) return undefined
    const facts: StreamedFact[] = []
    for (let position = after + 1; position <= this.#end; position++) {
      const fact = this.#slots[position & mask]
      if (fact === undefined) return undefined
      facts.push(fact)
    }
    return facts
  }
}
