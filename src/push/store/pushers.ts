// Pushers, and what is due to be sent to them.
// spec: client-server-api, POST /_matrix/client/v3/pushers/set; push-gateway-api #homeserver-behaviour

import { statement } from '#platform/database/database.ts'

export interface PusherRow {
  readonly user_id: string
  readonly app_id: string
  readonly pushkey: string
  readonly app_display_name: string
  readonly device_display_name: string
  readonly profile_tag: string | null
  readonly lang: string
  readonly data: string
  readonly enabled: boolean
  readonly device_id: string
  readonly updated_at: number
}

export interface DuePusherRow extends PusherRow {
  readonly pending_after: number
  readonly marked_at: number
  readonly told_unread: number
  readonly failures: number
}

const columns = `user_id, app_id, pushkey, app_display_name, device_display_name, profile_tag, lang, data, enabled,
  device_id, updated_at`

export const selectPushers = statement<[user: string], PusherRow>(
  'push.select_pushers',
  `select ${columns} from pusher where user_id = $1 order by updated_at, app_id, pushkey`,
)

/**
 * Makes a pusher or changes it. One that is there stays with its device, since one device may silence another, unless that device is
 * gone (`$11`: the devices that are there). Nothing happens where the user has as many as `$12` others; then no row comes back.
 */
export const storePusher = statement<
  [
    user: string,
    app: string,
    pushkey: string,
    appName: string,
    deviceName: string,
    profileTag: string | null,
    lang: string,
    data: string,
    enabled: boolean,
    device: string,
    devices: readonly string[],
    most: number,
    now: number,
  ],
  { user_id: string }
>(
  'push.store_pusher',
  `insert into pusher as p (${columns})
    select $1, $2, $3, $4, $5, $6, $7, $8, $9::boolean, $10, $13::bigint
     where (select count(*) from pusher where user_id = $1 and (app_id, pushkey) <> ($2, $3)) < $12::integer
    on conflict (user_id, app_id, pushkey) do update
      set app_display_name = excluded.app_display_name, device_display_name = excluded.device_display_name,
          profile_tag = excluded.profile_tag, lang = excluded.lang, data = excluded.data, enabled = excluded.enabled,
          device_id = case when p.device_id = any($11::text[]) then p.device_id else excluded.device_id end,
          updated_at = excluded.updated_at, failures = 0, next_try = 0,
          pending_after = case when excluded.enabled then p.pending_after end
    returning p.user_id`,
)

export const deletePusher = statement<[user: string, app: string, pushkey: string]>(
  'push.delete_pusher',
  'delete from pusher where user_id = $1 and app_id = $2 and pushkey = $3',
)

/** Another user has the telephone now. */
export const deletePushersOfOthers = statement<[user: string, app: string, pushkey: string]>(
  'push.delete_pushers_of_others',
  'delete from pusher where app_id = $2 and pushkey = $3 and user_id <> $1',
)

/** The gateway says that nobody is behind the key any more. */
export const deleteRejectedKey = statement<[app: string, pushkey: string]>(
  'push.delete_rejected_key',
  'delete from pusher where app_id = $1 and pushkey = $2',
)

export const deletePushersOfDevices = statement<[users: readonly string[], devices: readonly string[]]>(
  'push.delete_pushers_of_devices',
  `delete from pusher p using unnest($1::text[], $2::text[]) as x (user_id, device_id)
    where p.user_id = x.user_id and p.device_id = x.device_id`,
)

/**
 * In the transaction that counts, before the progress moves from `expected` to `position`: something is to be sent to those who got
 * something new, and the new number to those who have read what their device shows as unread.
 */
export const markPushers = statement<
  [expected: number, position: number, users: readonly string[], isNew: readonly boolean[]],
  { user_id: string }
>(
  'push.mark_pushers',
  `update pusher p set pending_after = coalesce(p.pending_after, $1::bigint), marked_at = $2::bigint
     from unnest($3::text[], $4::boolean[]) as x (user_id, is_new)
    where p.user_id = x.user_id and p.enabled and (x.is_new or p.told_unread > 0)
      and (select position from push_progress) = $1::bigint
    returning p.user_id`,
)

/** Takes at most `limit` pushers with something to send, until `until`: no other process sends to them, and a crash costs that time. */
export const takeDuePushers = statement<[now: number, until: number, limit: number], DuePusherRow>(
  'push.take_due_pushers',
  `update pusher set next_try = $2 where (user_id, app_id, pushkey) in
      (select user_id, app_id, pushkey from pusher where pending_after is not null and next_try <= $1
        order by next_try limit $3 for update skip locked)
    returning ${columns}, pending_after, marked_at, told_unread, failures`,
)

/** Everything up to `upTo` is sent; what has been counted meanwhile is due at once. */
export const finishPusher = statement<[user: string, app: string, pushkey: string, upTo: number, told: number]>(
  'push.finish_pusher',
  `update pusher set pending_after = case when marked_at > $4::bigint and enabled then $4::bigint end,
      told_unread = $5, failures = 0, next_try = 0
    where user_id = $1 and app_id = $2 and pushkey = $3`,
)

/** Sent up to `sentUpTo` only: the rest is tried again at `nextTry`. */
export const postponePusher = statement<
  [user: string, app: string, pushkey: string, sentUpTo: number, failures: number, nextTry: number]
>(
  'push.postpone_pusher',
  `update pusher set pending_after = case when enabled then $4::bigint end, failures = $5, next_try = $6
    where user_id = $1 and app_id = $2 and pushkey = $3`,
)

export const selectNextTry = statement<[], { next_try: number | null }>(
  'push.select_next_try',
  'select min(next_try) as next_try from pusher where pending_after is not null',
)
