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
  `select room_id, thread_id, notifications, highlights from unread where user_id = $1 and room_id = any($2::text[])`,
)

export const selectUnreadTotal = statement<[user: string], { rooms: number; notifications: number }>(
  'push.select_unread_total',
  `select count(distinct room_id)::integer as rooms, coalesce(sum(notifications), 0)::integer as notifications
     from unread where user_id = $1`,
)

type Users = readonly string[]

export const clearRooms = statement<[users: Users, rooms: readonly string[]]>(
  'push.clear_rooms',
  `delete from unread u using unnest($1::text[], $2::text[]) as x (user_id, room_id)
    where u.user_id = x.user_id and u.room_id = x.room_id`,
)

export const clearThreads = statement<[users: Users, rooms: readonly string[], threads: readonly string[]]>(
  'push.clear_threads',
  `delete from unread u using unnest($1::text[], $2::text[], $3::text[]) as x (user_id, room_id, thread_id)
    where u.user_id = x.user_id and u.room_id = x.room_id and u.thread_id = x.thread_id`,
)

/** Adds to the counts. In the order of the key, so that two writers never wait for each other in a circle. */
export const addUnread = statement<
  [
    users: Users,
    rooms: readonly string[],
    threads: readonly string[],
    notifications: readonly number[],
    highlights: readonly number[],
  ]
>(
  'push.add_unread',
  `insert into unread (user_id, room_id, thread_id, notifications, highlights)
    select * from unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::integer[]) order by 1, 2, 3
    on conflict (user_id, room_id, thread_id) do update
      set notifications = unread.notifications + excluded.notifications, highlights = unread.highlights + excluded.highlights`,
)

export const moveProgress = statement<[position: number]>(
  'push.move_progress',
  'update push_progress set position = $1 where position < $1',
)

export const selectProgress = statement<[], { position: number }>(
  'push.select_progress',
  'select position from push_progress',
)
