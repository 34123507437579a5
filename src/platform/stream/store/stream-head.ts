// The tenant's counter of positions. Its row lock is held from the first statement of a commit to its end, so commits stand in line.
// spec: docs/architecture.md, decision 1

import { statement } from '#platform/database/database.ts'

/** Takes the lock and the next `$1` positions; returns the last of them, and the transaction's number to ask after its outcome. */
export const takePositions = statement<[count: number], { position: number; transaction: string }>(
  'stream.take_positions',
  `update stream_head set position = position + $1::bigint
    returning position, pg_current_xact_id()::text as transaction`,
)

export const readHead = statement<[], { position: number }>('stream.read_head', 'select position from stream_head')

export type TransactionStatus = 'committed' | 'aborted' | 'in progress' | null

/** What became of a transaction, also after a crash of the server; null when it is too long ago. */
export const readOutcome = statement<[transaction: string], { status: TransactionStatus }>(
  'stream.read_outcome',
  'select pg_xact_status($1::text::xid8) as status',
)
