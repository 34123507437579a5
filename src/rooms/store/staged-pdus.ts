// Events that wait for what they stand on.
// spec: docs/decisions/0027-events-that-wait.md

import { statement } from '#platform/database/database.ts'

export interface StagedPdu {
  readonly event_id: string
  readonly first_seen: number
  readonly attempts: number
  readonly json: string
}

export interface StagedGroup {
  readonly room_nid: number
  readonly room_id: string
  readonly origin: string
}

export interface EvictedPdu {
  readonly room_id: string
  readonly event_id: string
  readonly origin: string
}

/** (room, origin, event IDs, texts, now, next attempt). One that waits already keeps its place, whoever sent it again. */
export const stagePdus = statement<[number, string, readonly string[], readonly string[], number, number]>(
  'rooms.stage_pdus',
  `insert into staged_pdu (room_nid, origin, event_id, json, first_seen, last_attempt, next_attempt)
    select $1, $2, e.event_id, e.json, $5, $5, $6 from unnest($3::text[], $4::text[]) as e (event_id, json)
    on conflict do nothing`,
)

const evicted = `returning (select room_id from room where room.room_nid = staged_pdu.room_nid), event_id, origin`

/** Keeps the newest of one origin: (origin, how many). */
export const trimOrigin = statement<[string, number], EvictedPdu>(
  'rooms.trim_staged_of_origin',
  `delete from staged_pdu where (room_nid, event_id) in (
      select room_nid, event_id from staged_pdu where origin = $1 order by first_seen desc, event_id offset $2)
    ${evicted}`,
)

/** Keeps so many of one room, the same number of each origin as far as they have them, the newest of each: (room, how many). */
export const trimRoom = statement<[number, number], EvictedPdu>(
  'rooms.trim_staged_of_room',
  `delete from staged_pdu where room_nid = $1 and event_id in (
      select event_id from (
        select event_id, first_seen, row_number() over (partition by origin order by first_seen desc, event_id) as place
          from staged_pdu where room_nid = $1) as ranked
       order by place, first_seen desc, event_id offset $2)
    ${evicted}`,
)

/** As `trimRoom`, over all rooms. */
export const trimAll = statement<[number], EvictedPdu>(
  'rooms.trim_staged',
  `delete from staged_pdu where (select count(*) from staged_pdu) > $1 and (room_nid, event_id) in (
      select room_nid, event_id from (
        select room_nid, event_id, first_seen, row_number() over (partition by origin order by first_seen desc, event_id) as place
          from staged_pdu) as ranked
       order by place, first_seen desc, event_id offset $1)
    ${evicted}`,
)

export const roomsWithStaged = statement<[], { room_nid: number }>(
  'rooms.rooms_with_staged',
  'select distinct room_nid from staged_pdu',
)

export const roomHasStaged = statement<[number], { room_nid: number }>(
  'rooms.room_has_staged',
  'select room_nid from staged_pdu where room_nid = $1 limit 1',
)

/** When the next one is due. */
export const nextStaged = statement<[], { due: number | null }>(
  'rooms.next_staged',
  'select min(next_attempt) as due from staged_pdu',
)

/** (now, limit), those that have waited longest first. */
export const dueGroups = statement<[number, number], StagedGroup>(
  'rooms.due_staged',
  `select room_nid, room_id, origin from (
      select room_nid, origin, min(next_attempt) as due from staged_pdu where next_attempt <= $1 group by room_nid, origin) as g
     join room using (room_nid) order by due limit $2`,
)

/** The pause after an attempt: `$4` after the first one, doubling up to `$5`. */
const pause = 'least($5::bigint, $4::bigint * (2 ^ least(attempts, 20))::bigint)'

/**
 * Takes some that are due of one room and origin, and counts the attempt at once: a crash in the middle of it does not begin it anew for ever.
 * (room, origin, now, first pause, longest pause, part of the pause, limit)
 */
export const claimStaged = statement<[number, string, number, number, number, number, number], StagedPdu>(
  'rooms.claim_staged',
  `update staged_pdu set attempts = attempts + 1, last_attempt = $3, next_attempt = $3 + ceil(${pause} * $6::float8)::bigint
    where room_nid = $1 and event_id in (
      select event_id from staged_pdu where room_nid = $1 and origin = $2 and next_attempt <= $3
       order by next_attempt, first_seen, event_id limit $7)
    returning event_id, first_seen, attempts, json`,
)

export const unstagePdus = statement<[number, readonly string[]]>(
  'rooms.unstage_pdus',
  'delete from staged_pdu where room_nid = $1 and event_id = any($2::text[])',
)

export const unstageGroup = statement<[number, string], { event_id: string }>(
  'rooms.unstage_group',
  'delete from staged_pdu where room_nid = $1 and origin = $2 returning event_id',
)

/** (now, least pause, first pause, longest pause): a tenth of the pause has to pass all the same. */
const hurried = `greatest($2::bigint, last_attempt + greatest($3::bigint, ${pause} / 10))`

/** The server may answer now: what it sent, and what others sent of its rooms, is due. (server, now, least, first, longest pause) */
export const hurryServer = statement<[string, number, number, number, number]>(
  'rooms.hurry_staged_of_server',
  `update staged_pdu set next_attempt = ${hurried}
    where next_attempt > ${hurried}
      and (origin = $1 or room_nid in (select room_nid from room_server where server_name = $1 and joined > 0))`,
)

/** Something came in the room. (room, now, least, first, longest pause) */
export const hurryRoom = statement<[number, number, number, number, number]>(
  'rooms.hurry_staged_of_room',
  `update staged_pdu set next_attempt = ${hurried} where next_attempt > ${hurried} and room_nid = $1`,
)

/** The program has begun again. (now) */
export const hurryAll = statement<[number]>(
  'rooms.hurry_staged',
  'update staged_pdu set next_attempt = $1 where next_attempt > $1',
)
