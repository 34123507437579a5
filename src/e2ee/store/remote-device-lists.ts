// Device lists of remote users, as far as we follow them.
// spec: server-server-api #device-management

import { statement } from '#platform/database/database.ts'
import type { Guard, Writer } from '#platform/stream/stream.ts'

export interface RemoteListRow {
  readonly user_id: string
  readonly stream_id: number
  readonly fetched_at: number
  readonly stale: boolean
  readonly failures: number
}

const columns = 'user_id, stream_id, fetched_at, stale, failures'

export const selectRemoteLists = statement<[readonly string[]], RemoteListRow>(
  'e2ee.select_remote_lists',
  `select ${columns} from remote_device_list where user_id = any($1::text[])`,
)

/** Stale lists whose next attempt is due: (now, limit). */
export const selectDueLists = statement<[number, number], RemoteListRow>(
  'e2ee.select_due_lists',
  `select ${columns} from remote_device_list where stale and retry_at <= $1 order by retry_at limit $2`,
)

export interface RemoteDeviceRow {
  readonly user_id: string
  readonly device_id: string
  readonly keys: string | null
  readonly display_name: string | null
}

export const selectRemoteDevices = statement<[readonly string[]], RemoteDeviceRow>(
  'e2ee.select_remote_devices',
  `select user_id, device_id, keys, display_name from remote_device where user_id = any($1::text[]) order by user_id, device_id`,
)

/** An attempt that failed: (user, next attempt in ms). */
export const notePostponed = statement<[string, number]>(
  'e2ee.note_postponed',
  `update remote_device_list set failures = failures + 1, retry_at = $2 where user_id = $1 and stale`,
)

/** The server has shown life: its stale lists are due now. */
export const hurryServer = statement<[string, number]>(
  'e2ee.hurry_server',
  `update remote_device_list set retry_at = $2 where server_name = $1 and stale and retry_at > $2`,
)

/** A list that nobody needs any more. */
export const forgetRemoteList = statement<[string]>(
  'e2ee.forget_remote_list',
  `delete from remote_device_list where user_id = $1`,
)

export interface RemoteListKey {
  readonly userId: string
  readonly serverName: string
  readonly retryAt: number
}

/** Not to be answered from until fetched again. Makes the list when there is none. */
export const markStale: Writer<RemoteListKey> = {
  name: 'e2ee.mark_stale',
  rank: 340,
  text: `insert into remote_device_list (user_id, server_name, stream_id, fetched_at, stale, retry_at)
         select m.user_id, m.server_name, 0, 0, true, m.retry_at
           from unnest($1::text[], $2::text[], $3::bigint[]) as m (user_id, server_name, retry_at)
             on conflict (user_id) do update set stale = true, failures = 0, retry_at = excluded.retry_at
          where not remote_device_list.stale`,
  columns: ({ userId, serverName, retryAt }) => [userId, serverName, retryAt],
  key: ({ userId }) => userId,
}

export interface FetchedList {
  readonly userId: string
  readonly serverName: string
  readonly streamId: number
  readonly fetchedAt: number
}

/** A whole new list: the devices of the old one go, cross-signing keys as well. */
export const replaceList: Writer<FetchedList> = {
  name: 'e2ee.replace_list',
  rank: 315,
  text: `with fetched as (
           select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) as f (user_id, server_name, stream_id, fetched_at)),
         devices as (delete from remote_device d using fetched f where d.user_id = f.user_id),
         keys as (delete from cross_signing_key k using fetched f where k.user_id = f.user_id)
         insert into remote_device_list (user_id, server_name, stream_id, fetched_at, stale)
         select user_id, server_name, stream_id, fetched_at, false from fetched
             on conflict (user_id) do update
            set stream_id = excluded.stream_id, fetched_at = excluded.fetched_at, stale = false, failures = 0, retry_at = 0`,
  columns: ({ userId, serverName, streamId, fetchedAt }) => [userId, serverName, streamId, fetchedAt],
  key: ({ userId }) => userId,
}

export interface NewRemoteDevice {
  readonly userId: string
  readonly deviceId: string
  readonly keys: string | null
  readonly displayName: string | null
}

export const putRemoteDevice: Writer<NewRemoteDevice> = {
  name: 'e2ee.put_remote_device',
  rank: 317,
  text: `insert into remote_device (user_id, device_id, keys, display_name)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
             on conflict (user_id, device_id) do update set keys = excluded.keys, display_name = excluded.display_name`,
  columns: ({ userId, deviceId, keys, displayName }) => [userId, deviceId, keys, displayName],
  key: ({ userId, deviceId }) => `${userId}\0${deviceId}`,
}

export const dropRemoteDevice: Writer<Pick<NewRemoteDevice, 'userId' | 'deviceId'>> = {
  name: 'e2ee.drop_remote_device',
  rank: 318,
  text: `delete from remote_device d using unnest($1::text[], $2::text[]) as g (user_id, device_id)
          where d.user_id = g.user_id and d.device_id = g.device_id`,
  columns: ({ userId, deviceId }) => [userId, deviceId],
  key: ({ userId, deviceId }) => `${userId}\0${deviceId}`,
}

export interface ListStep {
  readonly userId: string
  /** The update that the list is at. */
  readonly from: number
  readonly to: number
}

/** Holds when the list is at the update before; then it is at this one. */
export const stepList: Guard<ListStep> = {
  name: 'e2ee.step_list',
  rank: 310,
  text: `update remote_device_list l set stream_id = s.target
           from unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[]) as s (tag, user_id, origin, target)
          where l.user_id = s.user_id and l.stream_id = s.origin and not l.stale
         returning s.tag as tag`,
  columns: ({ userId, from, to }) => [userId, from, to],
}
