// The index of what can be searched for.
// spec: client-server-api/modules/search.md

import { statement } from '#platform/database/database.ts'

/**
 * By the stems of Swedish and of English: a word of another language, or a name, has the same ones where it is written and where it is asked
 * for. The input is folded words. Without the places of the words: nobody asks for phrases, and they would be a third of the index.
 */
const vectorOf = (words: string) => `strip(to_tsvector('swedish', ${words}) || to_tsvector('english', ${words}))`
const queryOf = (words: string) => `(plainto_tsquery('swedish', ${words}) || plainto_tsquery('english', ${words}))`
/** The share of the words asked for among those of the text: `1` divides by the logarithm of its length. */
const rankOf = 'ts_rank(s.words, q, 1)::float8'

/** (events, rooms, fields, words). */
export const writeEntries = statement<
  [readonly number[], readonly number[], readonly number[], readonly string[]],
  Record<string, never>
>(
  'rooms.write_search_entries',
  `insert into search_entry (event_nid, room_nid, field, words)
    select n, r, f, ${vectorOf('w')} from unnest($1::bigint[], $2::int[], $3::smallint[], $4::text[]) as s (n, r, f, w)
    on conflict do nothing`,
)

/** Takes out those of the events that are redacted by now. */
export const removeRedactedEntries = statement<[readonly string[]]>(
  'rooms.remove_redacted_entries',
  `delete from search_entry s using event e
    where s.event_nid = e.event_nid and e.event_id = any($1::text[]) and e.redacted_by is not null`,
)

/** Rooms that a user is or was in, and that are not encrypted. */
export const searchableRooms = statement<[string], { room_nid: number; room_id: string }>(
  'rooms.searchable_rooms',
  `select r.room_nid, r.room_id from membership m join room r using (room_nid) join room_card c using (room_nid)
    where m.user_id = $1 and m.local and m.membership in (1, 3, 4) and not m.forgotten and r.state_root is not null and not c.encrypted`,
)

export interface SearchMatch {
  readonly event_nid: number
  readonly room_nid: number
  readonly sender: string
  readonly rank: number
}

/**
 * The newest $5 events that match the folded words $1, in the rooms $2 and fields $3, of those numbered up to $4. What is redacted is not there,
 * even where the index has not been told yet.
 */
export const findEvents = statement<[string, readonly number[], readonly number[], number, number], SearchMatch>(
  'rooms.find_events',
  `select s.event_nid, s.room_nid, e.sender, ${rankOf} as rank
     from (select ${queryOf('$1::text')} as q) asked, search_entry s join event e using (event_nid)
    where s.words @@ q and s.room_nid = any($2::int[]) and s.field = any($3::smallint[]) and s.event_nid <= $4::bigint
      and e.redacted_by is null
    order by e.origin_server_ts desc, s.event_nid desc limit $5`,
)

/** Which of the words ($1) any of the folded words asked for ($2) finds, by place. */
export const wordsFound = statement<[readonly string[], readonly string[]], { place: number }>(
  'rooms.words_found',
  `select w.place::int as place from unnest($1::text[]) with ordinality as w (word, place)
    where exists (select from unnest($2::text[]) as asked (word)
      where (${vectorOf('w.word')}) @@ ${queryOf('asked.word')})`,
)

/** Of the $3 events of old history that were fetched last, those that are not in the index: (room, types, how many). */
export const historyWithoutEntry = statement<[number, readonly string[], number], { event_nid: number }>(
  'rooms.history_without_entry',
  `select e.event_nid
     from (select event_nid, type, redacted_by from event where room_nid = $1 and position < 0 order by position limit $3) e
    where e.type = any($2::text[]) and e.redacted_by is null
      and not exists (select from search_entry s where s.event_nid = e.event_nid)`,
)
