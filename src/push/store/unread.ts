// Unread counts of our users.
// spec: client-server-api/modules/push.md #receiving-notifications

import { statement } from '#platform/database/database.ts'

export interface UnreadRow {
  readonly room_id: string
  readonly thread_id: string
  readonly notifications: number
  readonly highlights: number
}

export const selectUnread = statement<[user: string, rooms: readonly string[]], UnreadRow>(
  'push.select_unread',
  `select room_id, thread_id, notifications, highlights from unread
    where user_id = $1 and room_id = any($2::text[]) and thread_id <> 'invite'`,
)

export const selectUnreadTotal = statement<[user: string], { rooms: number; notifications: number }>(
  'push.select_unread_total',
  `select count(distinct room_id)::integer as rooms, coalesce(sum(notifications), 0)::integer as notifications
     from unread where user_id = $1`,
)

/** What is unread over all rooms, the newest first: (user, most). */
export const selectAllUnread = statement<[user: string, most: number], UnreadRow & { readonly position: number }>(
  'push.select_all_unread',
  `select room_id, thread_id, notifications, highlights, position from unread
    where user_id = $1 and notifications > 0 order by position desc limit $2`,
)

type Texts = readonly string[]

/**
 * Takes the turn to count, and says how far it has come. What follows in the transaction does something only if that is what the
 * process expects: two processes that follow the same stream count every event once.
 */
export const lockProgress = statement<[], { position: number }>(
  'push.lock_progress',
  'select position from push_progress for update',
)

const isExpected = '(select position from push_progress)'

export const clearRooms = statement<[expected: number, users: Texts, rooms: Texts]>(
  'push.clear_rooms',
  `delete from unread u using unnest($2::text[], $3::text[]) as x (user_id, room_id)
    where u.user_id = x.user_id and u.room_id = x.room_id and ${isExpected} = $1::bigint`,
)

export const clearThreads = statement<[expected: number, users: Texts, rooms: Texts, threads: Texts]>(
  'push.clear_threads',
  `delete from unread u using unnest($2::text[], $3::text[], $4::text[]) as x (user_id, room_id, thread_id)
    where u.user_id = x.user_id and u.room_id = x.room_id and u.thread_id = x.thread_id and ${isExpected} = $1::bigint`,
)

export const addUnread = statement<
  [
    expected: number,
    users: Texts,
    rooms: Texts,
    threads: Texts,
    notifications: readonly number[],
    highlights: readonly number[],
    positions: readonly number[],
  ]
>(
  'push.add_unread',
  `insert into unread (user_id, room_id, thread_id, notifications, highlights, position)
    select x.* from unnest($2::text[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::bigint[]) as x
     where ${isExpected} = $1::bigint
    on conflict (user_id, room_id, thread_id) do update
      set notifications = unread.notifications + excluded.notifications, highlights = unread.highlights + excluded.highlights,
          position = greatest(unread.position, excluded.position)`,
)

export const moveProgress = statement<[expected: number, position: number]>(
  'push.move_progress',
  'update push_progress set position = $2 where position = $1',
)

export const selectProgress = statement<[], { position: number }>(
  'push.select_progress',
  'select position from push_progress',
)
