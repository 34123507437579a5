// The tenant's counter of positions. Its row lock is held from the first statement of a commit to its end, so commits stand in line.
// spec: docs/architecture.md, decision 1

import { statement } from '#platform/database/database.ts'

/** What tells one commit from all others: its number in the tenant's order, its own mark, and the transaction that it is made in. */
export interface CommitIdentity {
  readonly number: number
  readonly mark: string
  readonly transaction: string
}

/** Takes the lock and the next `$1` positions, and signs the commit. Returns the last of the positions. */
export const takePositions = statement<[count: number], CommitIdentity & { position: number }>(
  'stream.take_positions',
  `with taken as (update stream_head set position = position + $1::bigint, commits = commits + 1 returning position, commits),
      signed as (insert into stream_commit (slot, number, mark) select commits % 1024, commits, gen_random_uuid() from taken
        on conflict (slot) do update set number = excluded.number, mark = excluded.mark returning number, mark)
    select position, number, mark::text as mark, pg_current_xact_id()::text as transaction from taken cross join signed`,
)

export const readHead = statement<[], { position: number }>('stream.read_head', 'select position from stream_head')

/**
 * Whether the transaction is still under way in this server. Numbers that this server has yet to give out are not: it takes one itself to
 * know, so a standby refuses the question (25006).
 */
export const readIsUnderWay = statement<[transaction: string], { underWay: boolean }>(
  'stream.read_is_under_way',
  `select case when $1::text::xid8 < pg_current_xact_id()
      then coalesce(pg_xact_status($1::text::xid8) = 'in progress', false) else false end as "underWay"`,
)

/** Which commit has the slot of commit number `$1` now; no row when none had it yet. */
export const readCommit = statement<[number: number], { number: number; mark: string }>(
  'stream.read_commit',
  'select number, mark::text as mark from stream_commit where slot = $1::bigint % 1024',
)
