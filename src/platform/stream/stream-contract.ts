// What every module sees of the stream.
// spec: docs/architecture.md, decision 1

import type { Act } from './act.ts'
import type { Position, StreamedFact } from './fact.ts'

export interface Stream {
  /**
   * Durable when it resolves. Returns the position of each fact. Acts are committed in the order of the calls. Rejects with
   * `StaleAct` (a guard did not hold: read again and build the act anew), `UnknownOutcome` (the database was lost during the commit
   * and did not come back in time: reload from the database before going on), `StreamOverloaded`, `HistoryLost`, or the database's error; in all
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
