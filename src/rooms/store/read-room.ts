// Reading one room for its clients: events by time, reactions that are there already, the directory.
// spec: client-server-api, GET /rooms/{roomId}/timestamp_to_event, modules/event_annotations.md, #published-room-directory

import { statement } from '#platform/database/database.ts'
import { eventColumns, type StoredEvent } from './read-events.ts'

/** The first events at or after a time, earliest first: (room, time, limit). */
export const eventsSince = statement<[number, number, number], StoredEvent>(
  'rooms.events_since_time',
  `select ${eventColumns} from event e join room r using (room_nid)
    where e.room_nid = $1 and e.origin_server_ts >= $2 and e.position is not null
    order by e.origin_server_ts, e.depth, e.position limit $3`,
)

/** The last events at or before a time, latest first: (room, time, limit). */
export const eventsUntil = statement<[number, number, number], StoredEvent>(
  'rooms.events_until_time',
  `select ${eventColumns} from event e join room r using (room_nid)
    where e.room_nid = $1 and e.origin_server_ts <= $2 and e.position is not null
    order by e.origin_server_ts desc, e.depth desc, e.position desc limit $3`,
)

/** An annotation that says the same already: (room, parent, sender, type, key). */
export const sameAnnotation = statement<[number, string, string, string, string], { event_nid: number }>(
  'rooms.same_annotation',
  `select r.event_nid from event_relation r join event e using (event_nid)
    where r.parent_id = $2 and r.rel_type = 'm.annotation' and r.room_nid = $1 and r.sender = $3 and r.type = $4
      and r.aggregation_key = $5 and e.redacted_by is null
    limit 1`,
)

export const publishRoom = statement<[string]>(
  'rooms.publish_room',
  'insert into published_room (room_id) values ($1) on conflict do nothing',
)

export const withdrawRoom = statement<[string]>('rooms.withdraw_room', 'delete from published_room where room_id = $1')

export const publishedRoom = statement<[string], { room_id: string }>(
  'rooms.published_room',
  'select room_id from published_room where room_id = $1',
)

/** Gives the aliases of one room to another: (from, to). */
export const moveAliases = statement<[string, string]>(
  'rooms.move_aliases',
  'update room_alias set room_id = $2 where room_id = $1',
)

/** An event that we lack, between two depths: (room, from, to). */
export const gapAround = statement<[number, number, number], { event_id: string }>(
  'rooms.gap_around',
  'select event_id from backward_extremity where room_nid = $1 and depth >= $2 and depth <= $3 limit 1',
)
