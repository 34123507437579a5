// The tenant's one committed order: every persisted fact gets its position from one counter, under the row lock of the commit that
// writes it. So a position is gapless and visible in order, a sync token is one integer, and no reader can skip a late commit.
// Group commit: everything that is ready goes into one transaction of two round trips. Face of the folder.
// spec: docs/architecture.md, decision 1

export { type Act, type Guard, type GuardRow, holds, type Writer, type WriterRow, write } from './act.ts'
export { StaleAct, StreamOverloaded, UnknownOutcome } from './stream-errors.ts'

import type { Act } from './act.ts'
import type { Fact, Position } from './fact.ts'

export type { Fact, Position } from './fact.ts'

export interface StreamedFact extends Fact {
  readonly position: Position
}

export interface Stream {
  /**
   * Durable when it resolves. Returns the position of each fact. Acts are committed in the order of the calls. Rejects with
   * `StaleAct` (a guard did not hold: read again and build the act anew), `UnknownOutcome` (the database was lost during the commit
   * and did not come back in time: reload from the database before going on), `StreamOverloaded`, or the database's error; in all
   * but `UnknownOutcome` nothing of the act is stored.
   */
  append(act: Act): Promise<readonly Position[]>
  /** The last committed position that this process knows. */
  readonly head: Position
  /** Facts in (after, head] from memory, oldest first, or undefined when `after` is older than the ring. */
  since(after: Position): readonly StreamedFact[] | undefined
  /** Calls `wake` after each commit with the new facts (also another process's, then with no facts). Returns the way to stop. Never misses: register, then read. */
  onCommit(wake: (facts: readonly StreamedFact[]) => void): () => void
}
