// Where each follower of the tenant's stream has come to.
// spec: docs/architecture.md §4

import { statement } from '#platform/database/database.ts'

export const readCursor = statement<[name: string], { position: number }>(
  'follow.read_cursor',
  'select position from follower where name = $1',
)

/** Never moves back: a late write of a process that was replaced must not undo its successor's. */
export const saveCursor = statement<[name: string, position: number]>(
  'follow.save_cursor',
  `insert into follower (name, position) values ($1, $2)
    on conflict (name) do update set position = greatest(follower.position, excluded.position)`,
)

export const readSlowestCursor = statement<[], { position: number | null }>(
  'follow.read_slowest_cursor',
  'select min(position) as position from follower',
)
