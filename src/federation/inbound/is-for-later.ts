// Which failures are ours and pass: then the sender is told to send the transaction again, and nothing is lost.
// spec: server-server-api #transactions

import { DatabaseBusy, DatabaseUnavailable } from '#platform/database/database.ts'
import { HistoryLost, StreamOverloaded, UnknownOutcome } from '#platform/stream/stream.ts'
import { MatrixError } from '#protocol/errors/errors.ts'

export const isForLater = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable ||
  error instanceof DatabaseBusy ||
  error instanceof StreamOverloaded ||
  error instanceof UnknownOutcome ||
  error instanceof HistoryLost ||
  (error instanceof MatrixError && error.status === 429)
