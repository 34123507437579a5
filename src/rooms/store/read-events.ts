// Reading rooms, events and state nodes.
// spec: docs/architecture.md, decisions 2 and 3

import { statement } from '#platform/database/database.ts'

export interface StoredEvent {
  readonly event_nid: number
  readonly event_id: string
  readonly room_nid: number
  readonly position: number | null
  readonly depth: number
  readonly type: string
  readonly state_key: string | null
  readonly sender: string
  readonly flags: number
  readonly state_before: Uint8Array | null
  readonly state_after: Uint8Array | null
  readonly state_current: Uint8Array | null
  readonly redacted_by: number | null
  readonly device_id: string | null
  readonly txn_id: string | null
  readonly auth_nids: readonly number[]
  readonly chain_id: number | null
  readonly chain_seq: number | null
  readonly received_ts: number
  readonly json: string
  readonly room_id: string
  readonly version: string
}

/** Of an event `e` and its room `r`. */
export const eventColumns = `e.event_nid, e.event_id, e.room_nid, e.position, e.depth, e.type, e.state_key, e.sender, e.flags, e.state_before, e.state_after,
  e.state_current, e.redacted_by, e.device_id, e.txn_id, e.auth_nids, e.chain_id, e.chain_seq, e.received_ts, e.json, r.room_id, r.version`

export const eventsByNid = statement<[readonly number[]], StoredEvent>(
  'rooms.events_by_nid',
  `select ${eventColumns} from event e join room r using (room_nid) where e.event_nid = any($1::bigint[])`,
)

export const eventsById = statement<[readonly string[]], StoredEvent>(
  'rooms.events_by_id',
  `select ${eventColumns} from event e join room r using (room_nid) where e.event_id = any($1::text[])`,
)

/** Events of the tenant in commit order: what followers read. */
export const eventsAfter = statement<[number, number, number], StoredEvent>(
  'rooms.events_after',
  `select ${eventColumns} from event e join room r using (room_nid)
    where e.position > $1 and e.position <= $2 order by e.position limit $3`,
)

/** Rooms whose guest access was set, in commit order: (after, up to, limit). */
export const guestAccessChanges = statement<
  [number, number, number],
  { position: number; room_nid: number; room_id: string }
>(
  'rooms.guest_access_changes',
  `select e.position, e.room_nid, r.room_id from event e join room r using (room_nid)
    where e.position > $1 and e.position <= $2 and e.type = 'm.room.guest_access' order by e.position limit $3`,
)

/** The newest events of a room in order of arrival, newest first: (room, after, up to, limit). */
export const eventsOfRoomByArrival = statement<[number, number, number, number], StoredEvent>(
  'rooms.events_by_arrival',
  `select ${eventColumns} from event e join room r using (room_nid)
    where e.room_nid = $1 and e.position > $2 and e.position <= $3 order by e.position desc limit $4`,
)

/**
 * The newest events of several rooms together in order of arrival, newest first: (rooms, up to, limit). Takes the newest places of each room
 * from its index: by the order of all the tenant's events it could be a long way back to those of a quiet room.
 */
export const newestInRooms = statement<[readonly number[], number, number], StoredEvent>(
  'rooms.newest_in_rooms',
  `select ${eventColumns} from unnest($1::int[]) as wanted (nid)
     cross join lateral (select event_nid as nid, position as place from event
       where room_nid = wanted.nid and position > 0 and position <= $2 order by position desc limit $3) newest
     join event e on e.event_nid = newest.nid join room r on r.room_nid = e.room_nid
    order by newest.place desc limit $3`,
)

/** Backwards in topological order from before (depth, position): (room, depth, position, limit). */
export const eventsBefore = statement<[number, number, number, number], StoredEvent>(
  'rooms.events_before',
  `select ${eventColumns} from event e join room r using (room_nid)
    where e.room_nid = $1 and (e.depth, e.position) < ($2::bigint, $3::bigint) and e.position is not null
    order by e.depth desc, e.position desc limit $4`,
)

/** Forwards in topological order from after (depth, position): (room, depth, position, limit). */
export const eventsBehind = statement<[number, number, number, number], StoredEvent>(
  'rooms.events_behind',
  `select ${eventColumns} from event e join room r using (room_nid)
    where e.room_nid = $1 and (e.depth, e.position) > ($2::bigint, $3::bigint) and e.position is not null
    order by e.depth, e.position limit $4`,
)

/** The newest visible event of a room at or before a position, for "the state as clients saw it then". */
export const lastEventUpTo = statement<[number, number], StoredEvent>(
  'rooms.last_event_up_to',
  `select ${eventColumns} from event e join room r using (room_nid)
    where e.room_nid = $1 and e.position <= $2 and e.position > 0 order by e.position desc limit 1`,
)

/** The topologically last event of those that had arrived by a position: (room, position). */
export const deepestUpTo = statement<[number, number], { depth: number; position: number }>(
  'rooms.deepest_up_to',
  `select depth, position from event where room_nid = $1 and position <= $2 order by depth desc, position desc limit 1`,
)

/** The least depth of the events that arrived after a position; null: nothing came: (room, position). */
export const leastDepthAfter = statement<[number, number], { depth: number | null }>(
  'rooms.least_depth_after',
  `select min(depth) as depth from event where room_nid = $1 and position > $2`,
)

export interface RoomRow {
  readonly room_nid: number
  readonly room_id: string
  readonly version: string
  readonly serial: number
  readonly state_root: Uint8Array | null
  readonly extremities: string
  readonly position: number
  readonly joined: number
  readonly invited: number
}

export const roomById = statement<[string], RoomRow>('rooms.room_by_id', `select * from room where room_id = $1`)

export const roomsByNid = statement<[readonly number[]], RoomRow>(
  'rooms.rooms_by_nid',
  `select * from room where room_nid = any($1::int[])`,
)

/** Gives a room its number; the row that is there already when another came first. */
export const enterRoom = statement<[string, string], RoomRow>(
  'rooms.enter_room',
  `insert into room (room_id, version) values ($1, $2)
   on conflict (room_id) do update set version = room.version returning *`,
)

/** Gives a new room its number; nothing when there is a room of that ID. */
export const enterNewRoom = statement<[string, string], RoomRow>(
  'rooms.enter_new_room',
  `insert into room (room_id, version) values ($1, $2) on conflict do nothing returning *`,
)

/** Takes back the place of a room that nothing has happened in. */
export const leaveEmptyRoom = statement<[number]>(
  'rooms.leave_empty_room',
  `delete from room where room_nid = $1 and serial = 0`,
)

export const stateNodes = statement<[readonly Uint8Array[]], { hash: Uint8Array; body: Uint8Array }>(
  'rooms.state_nodes',
  `select hash, body from state_node where hash = any($1::bytea[])`,
)

export const stateSecret = statement<[], { secret: Uint8Array }>(
  'rooms.state_secret',
  `select secret from state_secret`,
)

export const nextEventNids = statement<[], { last: number }>(
  'rooms.next_event_nids',
  `select nextval('event_nid') as last`,
)

export const roomServers = statement<[number], { server_name: string; joined: number }>(
  'rooms.room_servers',
  `select server_name, joined from room_server where room_nid = $1 and joined > 0`,
)

export const transactionEvent = statement<[Uint8Array], { event_id: string }>(
  'rooms.transaction_event',
  `select event_id from sent_transaction join event using (event_nid) where key = $1`,
)

export const forgetTransactions = statement<[number], Record<string, never>>(
  'rooms.forget_transactions',
  `delete from sent_transaction where sent_ts < $1`,
)

/** Which of the events are named as missing: (room, event IDs). */
export const missingAmong = statement<[number, readonly string[]], { event_id: string }>(
  'rooms.missing_among',
  `select event_id from backward_extremity where room_nid = $1 and event_id = any($2::text[])`,
)

export const backwardExtremities = statement<[number, number], { event_id: string; depth: number }>(
  'rooms.backward_extremities',
  `select event_id, depth from backward_extremity where room_nid = $1 order by depth desc limit $2`,
)

/** Events of a chain beyond `seq`, to know whether an event is its chain's tip. */
export const chainTips = statement<[readonly number[]], { chain_id: number; seq: number }>(
  'rooms.chain_tips',
  `select chain_id, max(chain_seq) as seq from event where chain_id = any($1::bigint[]) group by chain_id`,
)

export const chainLinks = statement<
  [readonly number[]],
  { chain_id: number; seq: number; target_chain: number; target_seq: number }
>(
  'rooms.chain_links',
  `select chain_id, seq, target_chain, target_seq from auth_chain_link where chain_id = any($1::bigint[])`,
)

/** Events of chains within ranges: (chains, from, to), both ends included. */
export const eventsInChains = statement<
  [readonly number[], readonly number[], readonly number[]],
  { event_nid: number }
>(
  'rooms.events_in_chains',
  `select e.event_nid from unnest($1::bigint[], $2::int[], $3::int[]) as c (chain_id, low, high)
     join event e on e.chain_id = c.chain_id and e.chain_seq between c.low and c.high`,
)

/** Events of a chain that were accepted, from one place back: (chain, place, limit). */
export const chainUpTo = statement<[number, number, number], StoredEvent>(
  'rooms.chain_up_to',
  `select ${eventColumns} from event e join room r using (room_nid)
    where e.chain_id = $1 and e.chain_seq <= $2 and e.position is not null order by e.chain_seq desc limit $3`,
)

export const chainPlaces = statement<[readonly number[]], { chain_id: number; chain_seq: number }>(
  'rooms.chain_places',
  `select chain_id, chain_seq from event where event_nid = any($1::bigint[]) and chain_id is not null`,
)

/** Redactions of an event that came before it. */
export const redactionsOf = statement<[string], { event_nid: number }>(
  'rooms.redactions_of',
  `select event_nid from event_relation where parent_id = $1 and rel_type = 'redacts' order by event_nid limit 20`,
)
