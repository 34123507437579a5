// The group committer: acts that come while a commit is under way wait and go together in the next one.
// spec: docs/architecture.md, decision 1

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { DatabaseUnavailable, query, type Schema, StatementFailed } from '#platform/database/database.ts'
import type { Act } from './act.ts'
import { type BatchOutcome, commitBatch } from './commit-batch.ts'
import type { Position } from './fact.ts'
import { type CommitIdentity, readCommit, readIsUnderWay } from './store/stream-head.ts'
import { StaleAct, StreamOverloaded, UnknownOutcome } from './stream-errors.ts'

/** Acts in one commit. From 100 rows on a row costs the same (35 µs); more would only make everybody wait longer for the slowest. */
const actsPerCommit = 256
/** Rows in one commit, unless one act alone has more (a join brings all of a room's state): some 50 ms of the database. */
const rowsPerCommit = 2_000
/** Acts that may wait: 64 full commits, a quarter of a minute on a slow disk. Beyond it a caller is told at once. */
const waitingBound = 16_384
/** How long we ask for the outcome of a commit that we lost sight of: a server's recovery, or a fail-over. */
const outcomePatience: Milliseconds = 30_000
const outcomeLook: Milliseconds = 50
/** How long a commit that certainly did not happen is tried again: connections break together when a server restarts. */
const retryPatience: Milliseconds = 10_000
const retryPause: Milliseconds = 10

type Settled = Extract<BatchOutcome, { kind: 'committed' | 'stale' }>

interface Pending {
  readonly act: Act
  readonly resolve: (positions: readonly Position[]) => void
  readonly reject: (error: unknown) => void
}

export interface CommitterParts {
  readonly schema: Schema
  readonly clock: Clock
  /** The newest position that this process knows. */
  readonly head: () => Position
  /** Called after each commit in order, before the callers learn of it. `first`: position of the first fact. */
  readonly committed: (acts: readonly Act[], first: Position) => void
  /** Called after the callers' promises are resolved. */
  readonly told: () => void
}

export class Committer {
  readonly #parts: CommitterParts
  #waiting: Pending[] = []
  #running: Promise<void> | undefined

  constructor(parts: CommitterParts) {
    this.#parts = parts
  }

  append(act: Act): Promise<readonly Position[]> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= waitingBound) {
        reject(new StreamOverloaded())
        return
      }
      this.#waiting.push({ act, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #run(): Promise<void> {
    // Everything that arrives in this turn of the event loop goes together.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) await this.#commitInParts(this.#nextBatch())
    this.#running = undefined
  }

  #nextBatch(): Pending[] {
    let rows = 0
    let count = 0
    for (const { act } of this.#waiting) {
      rows += act.rows.length
      if (count === actsPerCommit || (count > 0 && rows > rowsPerCommit)) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  /**
   * Commits the batch whole; when the database refuses something in it, halves it until the act that is at fault stands alone, so that
   * no act fails for another's sake. The left half goes first: the order stays.
   */
  async #commitInParts(batch: Pending[]): Promise<void> {
    const parts = [batch]
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      try {
        await this.#commitWithoutStale(part)
      } catch (error) {
        if (part.length === 1 || !isFaultOfAnAct(error)) {
          for (const { reject } of part) reject(error)
          continue
        }
        const middle = part.length >> 1
        parts.push(part.slice(middle), part.slice(0, middle))
      }
    }
  }

  /** Each round leaves out the acts whose guards failed, so there are at most as many rounds as acts; one or two in practice. */
  async #commitWithoutStale(batch: readonly Pending[]): Promise<void> {
    let rest = batch
    while (rest.length > 0) {
      const acts = rest.map(({ act }) => act)
      const outcome = await this.#commitSurely(acts)
      if (outcome.kind === 'committed') {
        this.#publish(rest, acts, outcome.first)
        return
      }
      for (const [index, guard] of outcome.lost) rest[index]?.reject(new StaleAct(guard))
      rest = rest.filter((_, index) => !outcome.lost.has(index))
    }
  }

  /** Tries again what certainly did not happen; finds out what perhaps did. */
  async #commitSurely(acts: readonly Act[]): Promise<Settled> {
    const { schema, clock, head } = this.#parts
    const until = clock.now() + retryPatience
    for (;;) {
      try {
        const outcome = await commitBatch(schema, acts, head())
        if (outcome.kind === 'committed' || outcome.kind === 'stale') return outcome
        if (outcome.kind === 'unknown' && (await this.#hasHappened(outcome.commit, outcome.cause)))
          return { kind: 'committed', first: outcome.first }
        if (clock.now() >= until) throw outcome.cause
      } catch (error) {
        if (clock.now() >= until || !isWorthAnotherTry(error)) throw error
      }
      await clock.wait(retryPause)
    }
  }

  /**
   * Looks for the commit's mark in the database, once its transaction has ended there. The number of a transaction alone says nothing
   * after a crash or on a server that took over: one that never reached the disk is given to somebody else.
   */
  async #hasHappened(commit: CommitIdentity, cause: unknown): Promise<boolean> {
    const { schema, clock } = this.#parts
    for (const until = clock.now() + outcomePatience; clock.now() < until; await clock.wait(outcomeLook)) {
      try {
        // Two statements, so that the second sees what the first found ended; in one transaction, so that one server answers both.
        const [[state], [found]] = await schema.atomically([
          query(readIsUnderWay, commit.transaction),
          query(readCommit, commit.number),
        ])
        if (state?.underWay !== false) continue
        if (found === undefined || found.number < commit.number) return false
        if (found.number === commit.number) return found.mark === commit.mark
        // As many others as the ring holds came in between, before we could look.
        break
      } catch (error) {
        if (!isPassing(error)) throw new UnknownOutcome({ cause: error })
      }
    }
    throw new UnknownOutcome({ cause })
  }

  #publish(batch: readonly Pending[], acts: readonly Act[], first: Position): void {
    this.#parts.committed(acts, first)
    let next = first
    for (const { act, resolve } of batch) {
      const start = next
      next += act.facts.length
      resolve(act.facts.length === 1 ? [start] : act.facts.map((_, index) => start + index))
    }
    this.#parts.told()
  }
}

/** Serialisation failure, deadlock, lock not available; a standby that is to take over: the next try may do. */
const passing = new Set(['40001', '40P01', '55P03', '25006'])

const isWorthAnotherTry = (error: unknown): boolean => error instanceof StatementFailed && passing.has(error.code)

/** As long as nobody can be asked, nothing is known. */
const isPassing = (error: unknown): boolean => error instanceof DatabaseUnavailable || isWorthAnotherTry(error)

/** Classes of errors that speak of the values: data, constraints, limits, a wrong statement, a raised exception. Not: full disk, shutdown. */
const faultClasses = new Set(['21', '22', '23', '27', '42', '44', '54', 'P0'])

function isFaultOfAnAct(error: unknown): boolean {
  // An act that cannot even be written down (a lone value of a wrong type) is at fault too.
  if (error instanceof TypeError || error instanceof RangeError) return true
  return error instanceof StatementFailed && faultClasses.has(error.code.slice(0, 2))
}
