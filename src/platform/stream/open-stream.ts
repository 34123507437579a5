// Opens a tenant's stream: the committer, the ring of new facts, and those who want to be woken.
// spec: docs/architecture.md, decision 1

import type { Clock } from '#platform/clock/clock.ts'
import type { Schema } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { Act } from './act.ts'
import { Committer } from './committer.ts'
import type { Position, StreamedFact } from './fact.ts'
import { FactRing } from './fact-ring.ts'
import { readHead } from './store/stream-head.ts'
import type { Stream } from './stream-contract.ts'

export interface StreamOptions {
  readonly schema: Schema
  readonly clock: Clock
  readonly log: Log
}

export interface OpenStream extends Stream {
  /** Asks the database for the head, to learn of another process's commits. Readers are woken, without facts, when it has moved. */
  refresh(): Promise<void>
  /** Resolves when all acts that were appended are settled. */
  idle(): Promise<void>
}

type Wake = (facts: readonly StreamedFact[]) => void

/** Opens the stream of a migrated schema. */
export async function openStream(options: StreamOptions): Promise<OpenStream> {
  const row = await options.schema.one(readHead)
  if (row === undefined) throw new Error('The table stream_head is empty: the schema is damaged. Restore a backup.')
  return new TenantStream(options, row.position)
}

class TenantStream implements OpenStream {
  readonly #options: StreamOptions
  readonly #committer: Committer
  readonly #ring: FactRing
  readonly #wakes = new Set<Wake>()
  #head: Position
  #news: StreamedFact[] = []
  /** Another process has committed, and nobody has been woken for it. */
  #overtaken = false

  constructor(options: StreamOptions, head: Position) {
    this.#options = options
    this.#head = head
    this.#ring = new FactRing(head)
    this.#committer = new Committer({
      schema: options.schema,
      clock: options.clock,
      head: () => this.#head,
      committed: (acts, first) => this.#take(acts, first),
      told: () => this.#wakeWithNews(),
    })
  }

  get head(): Position {
    return this.#head
  }

  append(act: Act): Promise<readonly Position[]> {
    return this.#committer.append(act)
  }

  since(after: Position): readonly StreamedFact[] | undefined {
    return this.#ring.since(after)
  }

  onCommit(wake: Wake): () => void {
    // Wrapped, so that the same function may be registered twice and stopped once.
    const own: Wake = (facts) => wake(facts)
    this.#wakes.add(own)
    return () => void this.#wakes.delete(own)
  }

  async refresh(): Promise<void> {
    const row = await this.#options.schema.one(readHead)
    if (row === undefined || row.position <= this.#head) return
    this.#head = row.position
    this.#ring.cut(row.position)
    this.#wake([])
  }

  idle(): Promise<void> {
    return this.#committer.idle()
  }

  #take(acts: readonly Act[], first: Position): void {
    let position = first
    // Somebody else has committed in between: what we remember no longer reaches up to our first fact.
    if (first - 1 > this.#ring.end) {
      this.#ring.cut(first - 1)
      this.#overtaken = true
    }
    for (const act of acts) {
      this.#tellOwner(act, position)
      for (const fact of act.facts) {
        const streamed = { ...fact, position }
        // After a `refresh` that overtook us the ring is cut beyond these facts; it must not go back.
        if (position === this.#ring.end + 1) this.#ring.push(streamed)
        this.#news.push(streamed)
        position += 1
      }
    }
    this.#head = Math.max(this.#head, position - 1)
  }

  #tellOwner(act: Act, first: Position): void {
    try {
      act.durable?.(act.facts.map((_, index) => first + index))
    } catch (error) {
      this.#options.log.error({ error }, 'An act is stored, and what it changes in memory could not be changed.')
    }
  }

  #wakeWithNews(): void {
    const facts = this.#news
    this.#news = []
    if (this.#overtaken) this.#wake([])
    if (facts.length > 0) this.#wake(facts)
    this.#overtaken = false
  }

  #wake(facts: readonly StreamedFact[]): void {
    for (const wake of [...this.#wakes]) {
      try {
        wake(facts)
      } catch (error) {
        this.#options.log.error({ error }, 'A reader of the stream failed when it was woken.')
      }
    }
  }
}
