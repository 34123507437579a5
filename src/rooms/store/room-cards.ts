// Cards of rooms: what the directory lists, and which rooms are open.
// spec: client-server-api #published-room-directory

import { statement } from '#platform/database/database.ts'

export const writeCard = statement<
  [
    roomNid: number,
    here: boolean,
    open: boolean,
    encrypted: boolean,
    roomType: string | null,
    words: string,
    summary: string,
  ]
>(
  'rooms.write_card',
  `insert into room_card (room_nid, here, open, encrypted, room_type, words, summary) values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (room_nid) do update set here = excluded.here, open = excluded.open, encrypted = excluded.encrypted,
      room_type = excluded.room_type, words = excluded.words, summary = excluded.summary`,
)

/** We have left the room: what its card says is not true any more, but whether it was encrypted. */
export const leaveCard = statement<[number]>(
  'rooms.leave_card',
  'update room_card set here = false, open = false where room_nid = $1',
)

export const cardOf = statement<[number], { here: boolean }>(
  'rooms.card_of',
  'select here from room_card where room_nid = $1',
)

export interface ListedRoom {
  readonly room_nid: number
  readonly summary: string
  readonly joined: number
}

/** The rooms of the directory that contain every word ($1) and are of a type among $2 (null: any; '' stands for none). */
const listed = `from published_room p join room r using (room_id) join room_card c using (room_nid)
    where c.here and (select coalesce(bool_and(strpos(c.words, word) > 0), true) from unnest($1::text[]) as asked (word))
      and ($2::text[] is null or coalesce(c.room_type, '') = any($2::text[]))`

type Asked = [words: readonly string[], types: readonly string[] | null, joined: number, roomNid: number, limit: number]

/** Largest first, behind (members, room). */
export const listRooms = statement<Asked, ListedRoom>(
  'rooms.list_published',
  `select r.room_nid, c.summary, r.joined ${listed} and (r.joined < $3::int or (r.joined = $3::int and r.room_nid > $4::int))
    order by r.joined desc, r.room_nid limit $5`,
)

/** Smallest first, before (members, room). */
export const listRoomsBefore = statement<Asked, ListedRoom>(
  'rooms.list_published_before',
  `select r.room_nid, c.summary, r.joined ${listed} and (r.joined > $3::int or (r.joined = $3::int and r.room_nid < $4::int))
    order by r.joined, r.room_nid desc limit $5`,
)

export const countListed = statement<[], { rooms: number }>(
  'rooms.count_published',
  `select count(*)::int as rooms from published_room p join room r using (room_id) join room_card c using (room_nid) where c.here`,
)
