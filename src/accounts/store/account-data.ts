// Account data, global (room '') and per room, at the position of its latest change.
// spec: client-server-api #client-config

import { statement } from '#platform/database/database.ts'
import type { Guard, Writer } from '#platform/stream/stream.ts'

export interface AccountDataRow {
  readonly room_id: string
  readonly type: string
  readonly content: string
  readonly position: number
}

const columns = 'room_id, type, content, position'

export const selectAccountData = statement<[string, string, string], AccountDataRow>(
  'accounts.select_account_data',
  `select ${columns} from account_data where user_id = $1 and room_id = $2 and type = $3`,
)

export const selectAccountDataSince = statement<[string, number, number], AccountDataRow>(
  'accounts.select_account_data_since',
  `select ${columns} from account_data
    where user_id = $1 and position > $2 and position <= $3
    order by position`,
)

export const selectAllAccountData = statement<[string, number], AccountDataRow>(
  'accounts.select_all_account_data',
  `select ${columns} from account_data where user_id = $1 and position <= $2 order by position`,
)

/** Of one room. */
export const selectAccountDataOfRoom = statement<[user: string, room: string], AccountDataRow>(
  'accounts.select_account_data_of_room',
  `select ${columns} from account_data where user_id = $1 and room_id = $2 order by position`,
)

/** One type of a user's account data in all rooms. */
export const selectAccountDataInRooms = statement<[user: string, type: string], AccountDataRow>(
  'accounts.select_account_data_in_rooms',
  `select ${columns} from account_data where user_id = $1 and room_id <> '' and type = $2`,
)

/** All of a user's account data of rooms, '' for the global ones: (user, rooms, up to). */
export const selectAccountDataOfPlaces = statement<
  [user: string, rooms: readonly string[], upTo: number],
  AccountDataRow
>(
  'accounts.select_account_data_of_places',
  `select ${columns} from account_data where user_id = $1 and room_id = any($2::text[]) and position <= $3 order by position`,
)

/** One type of global account data of many users. */
export const selectAccountDataOfUsers = statement<
  [users: readonly string[], type: string],
  { readonly user_id: string; readonly content: string }
>(
  'accounts.select_account_data_of_users',
  `select user_id, content from account_data where user_id = any($1::text[]) and room_id = '' and type = $2`,
)

/** Whether the type is there already, and how many types there are in the room (or globally). */
export const selectAccountDataPlace = statement<
  [string, string, string],
  { readonly known: boolean; readonly types: number }
>(
  'accounts.select_account_data_place',
  `select coalesce(bool_or(type = $3), false) as known, count(*) as types
     from account_data where user_id = $1 and room_id = $2`,
)

export interface AccountDataWrite {
  readonly userId: string
  /** '' : global. */
  readonly roomId: string
  readonly type: string
  readonly content: string
}

export const upsertAccountData: Writer<AccountDataWrite> = {
  name: 'accounts.upsert_account_data',
  rank: 240,
  text: `insert into account_data (user_id, room_id, type, content, position)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
             on conflict (user_id, room_id, type) do update set content = excluded.content, position = excluded.position`,
  columns: (row, position) => [row.userId, row.roomId, row.type, row.content, position],
  key: (row) => `${row.userId}\0${row.roomId}\0${row.type}`,
}

/** Erasure: all of a user's account data goes. */
export const deleteAccountData: Writer<{ readonly userId: string }> = {
  name: 'accounts.delete_account_data',
  rank: 241,
  text: 'delete from account_data where user_id = any($1::text[])',
  columns: ({ userId }) => [userId],
  key: ({ userId }) => userId,
}

export interface AccountDataVersion {
  readonly userId: string
  readonly roomId: string
  readonly type: string
  readonly position: number
}

/**
 * The entry is still the one that was read: nobody can undo another's tag. The sign is turned, so that of two acts in one commit only
 * one finds the row as it was; the writer that follows sets the new position.
 */
export const accountDataUnchanged: Guard<AccountDataVersion> = {
  name: 'accounts.account_data_unchanged',
  rank: 240,
  text: `update account_data d set position = -d.position
           from unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::bigint[])
                as x (tag, user_id, room_id, type, position)
          where d.user_id = x.user_id and d.room_id = x.room_id and d.type = x.type and d.position = x.position
         returning x.tag`,
  columns: ({ userId, roomId, type, position }) => [userId, roomId, type, position],
}

/** There is still no such entry: its place is taken with an empty one, which the writer that follows fills. */
export const accountDataAbsent: Guard<Omit<AccountDataVersion, 'position'>> = {
  name: 'accounts.account_data_absent',
  rank: 241,
  text: `with x as (
           select min(tag) as tag, user_id, room_id, type
             from unnest($1::integer[], $2::text[], $3::text[], $4::text[]) as given (tag, user_id, room_id, type)
            group by user_id, room_id, type
         ), taken as (
           insert into account_data (user_id, room_id, type, content, position)
           select user_id, room_id, type, '{}', 0 from x
               on conflict do nothing
           returning user_id, room_id, type
         )
         select x.tag from x join taken using (user_id, room_id, type)`,
  columns: ({ userId, roomId, type }) => [userId, roomId, type],
}
