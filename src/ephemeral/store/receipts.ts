// Receipts: how far each user has read, by kind and thread.
// spec: client-server-api/modules/receipts.md

import { statement } from '#platform/database/database.ts'
import type { Writer } from '#platform/stream/stream.ts'

export interface ReceiptRow {
  readonly room_id: string
  readonly user_id: string
  readonly receipt_type: string
  readonly thread_id: string
  readonly event_id: string
  readonly event_position: number | null
  readonly ts: number
  readonly position: number
}

export interface ReceiptWrite {
  readonly roomId: string
  readonly userId: string
  readonly type: string
  /** '': unthreaded. */
  readonly threadId: string
  readonly eventId: string
  readonly eventPosition: number | null
  readonly ts: number
  readonly local: boolean
}

/** Of several receipts for the same place in one commit the one furthest ahead wins; the table's never goes backwards. */
export const upsertReceipt: Writer<ReceiptWrite> = {
  name: 'ephemeral.upsert_receipt',
  rank: 300,
  text: `insert into receipt (room_id, user_id, receipt_type, thread_id, event_id, event_position, ts, local, position)
    select distinct on (r, u, k, t) r, u, k, t, e, ep, ts, l, p
      from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::boolean[], $9::bigint[])
        as x (r, u, k, t, e, ep, ts, l, p)
     order by r, u, k, t, ep desc nulls last, p desc
    on conflict (room_id, user_id, receipt_type, thread_id) do update
      set event_id = excluded.event_id, event_position = excluded.event_position, ts = excluded.ts, position = excluded.position
      where receipt.event_position is null or excluded.event_position is null or excluded.event_position > receipt.event_position`,
  columns: (row, position) => [
    row.roomId,
    row.userId,
    row.type,
    row.threadId,
    row.eventId,
    row.eventPosition,
    row.ts,
    row.local,
    position,
  ],
}

const columns = 'room_id, user_id, receipt_type, thread_id, event_id, event_position, ts, position'

type Keys = [rooms: readonly string[], users: readonly string[], types: readonly string[], threads: readonly string[]]

/** The stored receipts of the places (room, user, type, thread). */
export const selectReceipts = statement<Keys, ReceiptRow>(
  'ephemeral.select_receipts',
  `select ${columns} from receipt
     join unnest($1::text[], $2::text[], $3::text[], $4::text[]) as k (room_id, user_id, receipt_type, thread_id)
    using (room_id, user_id, receipt_type, thread_id)`,
)

/**
 * Receipts of rooms with positions in (after, upTo] that the user may see, at most $5 for each room, the newest; the user's own are
 * always among them.
 */
export const selectReceiptsBetween = statement<
  [rooms: readonly string[], after: number, upTo: number, viewer: string, limit: number],
  ReceiptRow
>(
  'ephemeral.select_receipts_between',
  `select r.* from unnest($1::text[]) as wanted (room)
     cross join lateral (
       (select ${columns} from receipt
         where room_id = wanted.room and position > $2 and position <= $3 and receipt_type = 'm.read' and user_id <> $4
         order by position desc limit $5)
       union all
       (select ${columns} from receipt
         where room_id = wanted.room and user_id = $4 and position > $2 and position <= $3)) as r`,
)

/** Receipts of our users with positions in (after, upTo], ascending: what followers read. */
export const selectReceiptsOfOurs = statement<[after: number, upTo: number, limit: number], ReceiptRow>(
  'ephemeral.select_receipts_of_ours',
  `select ${columns} from receipt where local and position > $1 and position <= $2 order by position limit $3`,
)

/** Receipts of rooms at some events, and the user's own: (rooms, events, viewer, up to). */
export const selectReceiptsAtEvents = statement<
  [rooms: readonly string[], events: readonly string[], viewer: string, upTo: number],
  ReceiptRow
>(
  'ephemeral.select_receipts_at_events',
  `select ${columns} from receipt where room_id = any($1::text[]) and position <= $4
      and (user_id = $3 or (receipt_type = 'm.read' and event_id = any($2::text[])))`,
)

/** The receipts of a user in rooms. */
export const selectReceiptsOfUser = statement<[user: string, rooms: readonly string[]], ReceiptRow>(
  'ephemeral.select_receipts_of_user',
  `select ${columns} from receipt where user_id = $1 and room_id = any($2::text[])`,
)
