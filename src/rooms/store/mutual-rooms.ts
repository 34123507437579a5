// Where people meet: rooms in common, and whom a room has invited.
// spec: client-server-api, GET /v1/mutual_rooms; server-server-api, GET /hierarchy/{roomId}

import { statement } from '#platform/database/database.ts'

/** Whether a user of a server is invited: (room, colon and server). */
export const invitedFromServer = statement<[number, string], { user_id: string }>(
  'rooms.invited_from_server',
  `select user_id from membership
    where room_nid = $1 and membership = 2 and not local and right(user_id, length($2)) = $2 limit 1`,
)

/** Whether a server is in any of the rooms. */
export const serverIsInAny = statement<[string, readonly string[]], { room_nid: number }>(
  'rooms.server_is_in_any',
  `select s.room_nid from room r join room_server s using (room_nid)
    where s.server_name = $1 and s.joined > 0 and r.room_id = any($2::text[]) limit 1`,
)

/** Rooms that both users are in, by number behind `$3`: (user, other, after, limit). */
export const roomsInCommon = statement<[string, string, number, number], { room_nid: number; room_id: string }>(
  'rooms.rooms_in_common',
  `select r.room_nid, r.room_id from membership mine join membership theirs using (room_nid) join room r using (room_nid)
    where mine.user_id = $1 and mine.local and mine.membership = 1 and theirs.user_id = $2 and theirs.membership = 1
      and mine.room_nid > $3
    order by mine.room_nid limit $4`,
)

export const countRoomsInCommon = statement<[string, string], { rooms: number }>(
  'rooms.count_rooms_in_common',
  `select count(*)::int as rooms from membership mine join membership theirs using (room_nid)
    where mine.user_id = $1 and mine.local and mine.membership = 1 and theirs.user_id = $2 and theirs.membership = 1`,
)

/** Any room that a user is in. */
export const isAnywhere = statement<[string], { room_nid: number }>(
  'rooms.is_anywhere',
  'select room_nid from membership where user_id = $1 and membership = 1 limit 1',
)
