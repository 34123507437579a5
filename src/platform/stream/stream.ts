// The tenant's one committed order: every persisted fact gets its position from one counter, under the row lock of the commit that
// writes it. So a position is gapless and visible in order, a sync token is one integer, and no reader can skip a late commit.
// Group commit: everything that is ready goes into one transaction of two round trips. Face of the folder.
// spec: docs/architecture.md, decision 1

export { type Act, type Guard, type GuardRow, holds, type Writer, type WriterRow, write } from './act.ts'
export type { Fact, Position, StreamedFact } from './fact.ts'
export { type OpenStream, openStream, type StreamOptions } from './open-stream.ts'
export type { Stream } from './stream-contract.ts'
export { HistoryLost, StaleAct, StreamOverloaded, UnknownOutcome } from './stream-errors.ts'
