// Key backups: their versions, and the keys in them.
// spec: client-server-api #server-side-key-backups

import { statement } from '#platform/database/database.ts'

export interface BackupRow {
  readonly version: number
  readonly algorithm: string
  readonly auth_data: string
  readonly etag: number
  readonly keys: number
  readonly deleted: boolean
}

const columns = 'version, algorithm, auth_data, etag, keys, deleted'

/** (user, algorithm, auth data, most versions). No row: there are too many. */
export const createBackup = statement<[string, string, string, number], { readonly version: number }>(
  'e2ee.create_backup',
  `insert into key_backup (user_id, version, algorithm, auth_data)
   select $1, coalesce(max(version), 0) + 1, $2, $3 from key_backup where user_id = $1 having count(*) < $4
   returning version`,
)

export const selectBackup = statement<[string, number], BackupRow>(
  'e2ee.select_backup',
  `select ${columns} from key_backup where user_id = $1 and version = $2`,
)

export const selectCurrentBackup = statement<[string], BackupRow>(
  'e2ee.select_current_backup',
  `select ${columns} from key_backup where user_id = $1 and not deleted order by version desc limit 1`,
)

export const updateAuthData = statement<[string, number, string]>(
  'e2ee.update_auth_data',
  `update key_backup set auth_data = $3 where user_id = $1 and version = $2 and not deleted`,
)

/** The mark stays, the keys go. */
export const deleteBackup = statement<[string, number]>(
  'e2ee.delete_backup',
  `with marked as (
     update key_backup set deleted = true, keys = 0, auth_data = '{}' where user_id = $1 and version = $2 and not deleted)
   delete from backed_up_key where user_id = $1 and version = $2`,
)

export interface BackupStateRow {
  readonly etag: number
  readonly keys: number
}

/**
 * Stores keys where they are better than those that are there: (user, version, rooms, sessions, verified, first index, forwarded, data, most).
 * Verified beats not verified, then the lower first message index, then the lower forwarded count. No row: the version is not the current
 * one, or there would be too many keys.
 */
export const storeBackupKeys = statement<
  [
    string,
    number,
    readonly string[],
    readonly string[],
    readonly boolean[],
    readonly number[],
    readonly number[],
    readonly string[],
    number,
  ],
  BackupStateRow
>(
  'e2ee.store_backup_keys',
  `with current as materialized (
     select version from key_backup
      where user_id = $1 and version = $2 and not deleted and keys + cardinality($3::text[]) <= $9
        and not exists (select from key_backup l where l.user_id = $1 and l.version > $2 and not l.deleted)
        for update),
   stored as (
     insert into backed_up_key as held (user_id, version, room_id, session_id, is_verified, first_message_index, forwarded_count, session_data)
     select $1, current.version, g.* from current,
            unnest($3::text[], $4::text[], $5::boolean[], $6::bigint[], $7::bigint[], $8::text[]) as g
         on conflict (user_id, version, room_id, session_id) do update
        set is_verified = excluded.is_verified, first_message_index = excluded.first_message_index,
            forwarded_count = excluded.forwarded_count, session_data = excluded.session_data
      where (not excluded.is_verified, excluded.first_message_index, excluded.forwarded_count)
          < (not held.is_verified, held.first_message_index, held.forwarded_count)
     returning (held.xmax = 0) as is_new)
   update key_backup b
      set etag = b.etag + (select count(*) from (select from stored limit 1) as any_stored),
          keys = b.keys + (select count(*) from stored where is_new)
     from current where b.user_id = $1 and b.version = current.version
   returning b.etag, b.keys`,
)

export interface BackedUpKeyRow {
  readonly room_id: string
  readonly session_id: string
  readonly is_verified: boolean
  readonly first_message_index: number
  readonly forwarded_count: number
  readonly session_data: string
}

const keyColumns = 'room_id, session_id, is_verified, first_message_index, forwarded_count, session_data'

export const selectBackedUpKey = statement<[string, number, string, string], BackedUpKeyRow>(
  'e2ee.select_backed_up_key',
  `select ${keyColumns} from backed_up_key where user_id = $1 and version = $2 and room_id = $3 and session_id = $4`,
)

/** The keys behind a place, by room and session: (user, version, room, session, limit). */
export const selectKeysBehind = statement<[string, number, string, string, number], BackedUpKeyRow>(
  'e2ee.select_keys_behind',
  `select ${keyColumns} from backed_up_key
    where user_id = $1 and version = $2 and (room_id, session_id) > ($3, $4)
    order by room_id, session_id limit $5`,
)

/** The keys of one room behind a session: (user, version, room, session, limit). */
export const selectRoomKeysBehind = statement<[string, number, string, string, number], BackedUpKeyRow>(
  'e2ee.select_room_keys_behind',
  `select ${keyColumns} from backed_up_key
    where user_id = $1 and version = $2 and room_id = $3 and session_id > $4
    order by session_id limit $5`,
)

/** Deletes all keys, those of a room, or one: (user, version, room or null, session or null). */
export const deleteBackedUpKeys = statement<[string, number, string | null, string | null], BackupStateRow>(
  'e2ee.delete_backed_up_keys',
  `with current as materialized (
     select version from key_backup where user_id = $1 and version = $2 and not deleted for update),
   gone as (
     delete from backed_up_key k using current
      where k.user_id = $1 and k.version = current.version
        and ($3::text is null or k.room_id = $3) and ($4::text is null or k.session_id = $4)
     returning 1)
   update key_backup b
      set etag = b.etag + (select count(*) from (select from gone limit 1) as any_gone), keys = b.keys - (select count(*) from gone)
     from current where b.user_id = $1 and b.version = current.version
   returning b.etag, b.keys`,
)
