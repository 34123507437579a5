// Presence as it was last announced.
// spec: client-server-api/modules/presence.md

import { statement } from '#platform/database/database.ts'
import type { Writer } from '#platform/stream/stream.ts'

export interface PresenceRow {
  readonly user_id: string
  readonly presence: string
  readonly status_msg: string | null
  readonly currently_active: boolean
  readonly last_active_ts: number
  readonly updated_ts: number
  readonly local: boolean
  readonly position: number
}

export interface PresenceWrite {
  readonly userId: string
  readonly presence: string
  readonly statusMsg: string | null
  readonly currentlyActive: boolean
  readonly lastActiveTs: number
  readonly updatedTs: number
  readonly local: boolean
}

export const upsertPresence: Writer<PresenceWrite> = {
  name: 'ephemeral.upsert_presence',
  rank: 310,
  text: `insert into presence (user_id, presence, status_msg, currently_active, last_active_ts, updated_ts, local, position)
    select * from unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::bigint[], $6::bigint[], $7::boolean[], $8::bigint[])
    on conflict (user_id) do update
      set presence = excluded.presence, status_msg = excluded.status_msg, currently_active = excluded.currently_active,
          last_active_ts = excluded.last_active_ts, updated_ts = excluded.updated_ts, position = excluded.position`,
  columns: (row, position) => [
    row.userId,
    row.presence,
    row.statusMsg,
    row.currentlyActive,
    row.lastActiveTs,
    row.updatedTs,
    row.local,
    position,
  ],
  key: (row) => row.userId,
}

const columns = 'user_id, presence, status_msg, currently_active, last_active_ts, updated_ts, local, position'

export const selectPresence = statement<[users: readonly string[]], PresenceRow>(
  'ephemeral.select_presence',
  `select ${columns} from presence where user_id = any($1::text[])`,
)

/** Changes with positions in (after, upTo], the newest first. */
export const selectPresenceBetween = statement<[after: number, upTo: number, limit: number], PresenceRow>(
  'ephemeral.select_presence_between',
  `select ${columns} from presence where position > $1 and position <= $2 order by position desc limit $3`,
)

/** Changes of our users with positions in (after, upTo], ascending: what followers read. */
export const selectPresenceOfOurs = statement<[after: number, upTo: number, limit: number], PresenceRow>(
  'ephemeral.select_presence_of_ours',
  `select ${columns} from presence where position > $1 and position <= $2 and local order by position limit $3`,
)

/** Users who are not offline and of whom nothing was heard since: (before, limit). */
export const selectSilentPresence = statement<[before: number, limit: number], PresenceRow>(
  'ephemeral.select_silent_presence',
  `select ${columns} from presence where presence <> 'offline' and updated_ts < $1 and not local order by updated_ts limit $2`,
)

/** Our users who were not offline when the process ended. */
export const selectPresentLocals = statement<[limit: number], PresenceRow>(
  'ephemeral.select_present_locals',
  `select ${columns} from presence where presence <> 'offline' and local order by updated_ts desc limit $1`,
)
