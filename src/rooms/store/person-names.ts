// Names of people, and who may find whom.
// spec: client-server-api, POST /user_directory/search

import { statement } from '#platform/database/database.ts'

type Texts = readonly string[]
type MaybeTexts = readonly (string | null)[]

/** (rooms, users, display names, avatars, words): rows of one statement are of different people. */
export const writeNames = statement<[readonly number[], Texts, MaybeTexts, MaybeTexts, Texts]>(
  'rooms.write_names',
  `insert into person_name (room_nid, user_id, display_name, avatar_url, words)
    select n, u, d, a, array_to_tsvector(string_to_array(w, ' '))
      from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[]) as p (n, u, d, a, w)
    on conflict (room_nid, user_id) do update
      set display_name = excluded.display_name, avatar_url = excluded.avatar_url, words = excluded.words`,
)

export const removeNames = statement<[readonly number[], Texts]>(
  'rooms.remove_names',
  `delete from person_name p using unnest($1::int[], $2::text[]) as gone (room_nid, user_id)
    where p.room_nid = gone.room_nid and p.user_id = gone.user_id`,
)

export const removeNamesOfRoom = statement<[number]>(
  'rooms.remove_names_of_room',
  'delete from person_name where room_nid = $1',
)

/** Which of our users have a name already. */
export const ownNamesAmong = statement<[Texts], { user_id: string }>(
  'rooms.own_names_among',
  'select user_id from person_name where room_nid = 0 and user_id = any($1::text[])',
)

/** Members of other servers in a room: (room, after, limit). */
export const remoteMembers = statement<[number, string, number], { user_id: string; event_nid: number }>(
  'rooms.remote_members',
  `select user_id, event_nid from membership
    where room_nid = $1 and not local and membership = 1 and user_id collate "C" > $2 order by user_id collate "C" limit $3`,
)

export interface FoundPerson {
  readonly user_id: string
  readonly display_name: string | null
  readonly avatar_url: string | null
}

/**
 * People whose words match ($2) and whom the user $1 may find: who share a room with them, or are in a room that is open; all of ours with $3.
 * Whose name begins with the first word ($5) come first, then ours. At most $4.
 */
export const findPeople = statement<[string, string, boolean, number, string], FoundPerson>(
  'rooms.find_people',
  `with visible as (
      select room_nid from membership where user_id = $1 and local and membership = 1
      union select room_nid from room_card where open and here),
    found as (
      select distinct on (p.user_id) p.user_id, p.display_name, p.avatar_url, p.room_nid = 0 as own
        from person_name p
       where p.words @@ $2::tsquery and p.user_id <> $1
         and case when p.room_nid > 0
             then p.room_nid in (select room_nid from visible)
              and exists (select from membership m where m.room_nid = p.room_nid and m.user_id = p.user_id and m.membership = 1)
             else $3 or exists (select from membership m join visible using (room_nid) where m.user_id = p.user_id and m.membership = 1) end
       order by p.user_id, p.room_nid)
    select user_id, display_name, avatar_url from found
     order by starts_with(lower(coalesce(display_name, substr(user_id, 2))), $5) desc, own desc, lower(coalesce(display_name, user_id)), user_id
     limit $4`,
)
