// Reading for many rooms at once: what an answer of sync is made of.
// spec: client-server-api #syncing

import { statement } from '#platform/database/database.ts'
import { eventColumns, type StoredEvent } from './read-events.ts'

type Rooms = readonly number[]

/**
 * Numbers of the newest events of each room in topological order, newest first, of those that arrived by $2: (rooms, up to, limit per
 * room). Without their texts: of the rooms that people look at they are in memory.
 */
export const newestByTopology = statement<[Rooms, number, number], { room_nid: number; event_nid: number }>(
  'rooms.newest_by_topology',
  `select wanted.nid as room_nid, e.event_nid from unnest($1::int[]) as wanted (nid)
     cross join lateral (select event_nid, depth, position from event
       where room_nid = wanted.nid and position is not null and position <= $2
       order by depth desc, position desc limit $3) e
    order by wanted.nid, e.depth desc, e.position desc`,
)

/** The newest events of each room by arrival with positions in (after, $3], newest first: (rooms, after, up to, limit per room). */
export const newestByArrival = statement<[Rooms, readonly number[], number, number], StoredEvent>(
  'rooms.newest_by_arrival',
  `select ${eventColumns} from unnest($1::int[], $2::bigint[]) as wanted (nid, after) join room r on r.room_nid = wanted.nid
     cross join lateral (select * from event where room_nid = wanted.nid and position > wanted.after and position <= $3
       order by position desc limit $4) e
    order by e.room_nid, e.position desc`,
)

/** The newest visible event of each room at or before a position: (rooms, positions). */
export const lastArrivals = statement<[Rooms, readonly number[]], { place: number; event_nid: number }>(
  'rooms.last_arrivals',
  `select wanted.place::int as place, e.event_nid from unnest($1::int[], $2::bigint[]) with ordinality as wanted (nid, at, place)
     cross join lateral (select event_nid from event where room_nid = wanted.nid and position > 0 and position <= wanted.at
       order by position desc limit 1) e`,
)

/**
 * Whom a room is called after, by order of arrival: its first five joined and invited members, and only where there is none those who
 * have left: (rooms, reader).
 */
export const heroesOfRooms = statement<[Rooms, string], { room_nid: number; user_id: string; gone: boolean }>(
  'rooms.heroes_of_rooms',
  `select wanted.nid as room_nid, h.user_id, h.gone from unnest($1::int[]) as wanted (nid)
     cross join lateral (
       (select user_id, false as gone, position from membership where room_nid = wanted.nid and user_id <> $2 and membership in (1, 2)
         order by position, user_id limit 5)
       union all
       (select user_id, true, position from membership where room_nid = wanted.nid and user_id <> $2 and membership in (3, 4)
           and not exists (select from membership where room_nid = wanted.nid and user_id <> $2 and membership in (1, 2))
         order by position, user_id limit 5)) h
    order by wanted.nid, h.gone, h.position, h.user_id`,
)

/** What a room's summary counts. */
export const countsOfRooms = statement<[Rooms], { room_nid: number; joined: number; invited: number }>(
  'rooms.counts_of_rooms',
  'select room_nid, joined, invited from room where room_nid = any($1::int[])',
)

/**
 * Position of each room's newest event of the types, looking at $3 events at most; where there is none among those, the position of the
 * oldest of them: (rooms, types, most looked at). Rooms with fewer events and none of the types are left out.
 */
export const newestOfTypes = statement<
  [Rooms, readonly string[], number],
  { readonly room_nid: number; readonly position: number }
>(
  'rooms.newest_of_types',
  `select wanted.nid as room_nid, found.position from unnest($1::int[]) as wanted (nid)
     cross join lateral (select coalesce(
       (select position from (select position, type from event where room_nid = wanted.nid and position > 0
           order by position desc limit $3) newest
         where type = any($2::text[]) order by position desc limit 1),
       (select position from event where room_nid = wanted.nid and position > 0
         order by position desc offset $3 - 1 limit 1)) as position) found
    where found.position is not null`,
)

/** Names of the current states of rooms; those where we have none are left out. */
export const statesOfRooms = statement<[Rooms], { readonly room_nid: number; readonly state_root: Uint8Array }>(
  'rooms.states_of_rooms',
  'select room_nid, state_root from room where room_nid = any($1::int[]) and state_root is not null',
)
