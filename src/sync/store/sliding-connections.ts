// Connections of sliding sync and what was told in them.
// spec: proposals/4186 (connections)

import { statement } from '#platform/database/database.ts'

type Key = [user: string, device: string, connection: string]

export interface ConnectionRow {
  readonly connection_nid: number
  readonly incarnation: number
  readonly version: number
  readonly configs: string
  readonly pending: string | null
}

export interface ToldRoomRow {
  readonly room_nid: number
  readonly told_up_to: number | null
  readonly flags: number
  readonly timeline_limit: number
  readonly config: number
}

export const selectConnection = statement<Key, ConnectionRow>(
  'sync.select_connection',
  `select connection_nid, incarnation, version, configs, pending from sliding_connection
    where user_id = $1 and device_id = $2 and conn_id = $3`,
)

export const selectToldRooms = statement<[connection: number], ToldRoomRow>(
  'sync.select_told_rooms',
  'select room_nid, told_up_to, flags, timeline_limit, config from sliding_room where connection_nid = $1',
)

export const deleteConnection = statement<Key>(
  'sync.delete_connection',
  'delete from sliding_connection where user_id = $1 and device_id = $2 and conn_id = $3',
)

/** Of a device's connections those used last stay: (user, device, how many). */
export const deleteSurplusConnections = statement<[user: string, device: string, kept: number]>(
  'sync.delete_surplus_connections',
  `delete from sliding_connection where connection_nid in
     (select connection_nid from sliding_connection where user_id = $1 and device_id = $2
       order by used_ts desc, connection_nid desc offset $3)`,
)

/** Connections that nobody has used since: (before). */
export const deleteOldConnections = statement<[before: number]>(
  'sync.delete_old_connections',
  'delete from sliding_connection where used_ts < $1',
)

export const upsertConnection = statement<
  [...Key, incarnation: number, version: number, configs: string, pending: string | null, used: number]
>(
  'sync.upsert_connection',
  `insert into sliding_connection (user_id, device_id, conn_id, incarnation, version, configs, pending, used_ts)
   values ($1, $2, $3, $4, $5, $6, $7, $8)
   on conflict (user_id, device_id, conn_id) do update
     set incarnation = excluded.incarnation, version = excluded.version, configs = excluded.configs,
         pending = excluded.pending, used_ts = excluded.used_ts`,
)

export const upsertToldRooms = statement<
  [
    ...Key,
    rooms: readonly number[],
    upTo: readonly (number | null)[],
    flags: readonly number[],
    limits: readonly number[],
    configs: readonly number[],
  ]
>(
  'sync.upsert_told_rooms',
  `insert into sliding_room (connection_nid, room_nid, told_up_to, flags, timeline_limit, config)
   select c.connection_nid, told.* from sliding_connection c
     cross join unnest($4::int[], $5::bigint[], $6::smallint[], $7::smallint[], $8::smallint[]) as told
    where c.user_id = $1 and c.device_id = $2 and c.conn_id = $3
   on conflict (connection_nid, room_nid) do update
     set told_up_to = excluded.told_up_to, flags = excluded.flags, timeline_limit = excluded.timeline_limit,
         config = excluded.config`,
)

export const deleteToldRooms = statement<[...Key, rooms: readonly number[]]>(
  'sync.delete_told_rooms',
  `delete from sliding_room told using sliding_connection c
    where told.connection_nid = c.connection_nid and c.user_id = $1 and c.device_id = $2 and c.conn_id = $3
      and told.room_nid = any($4::int[])`,
)
