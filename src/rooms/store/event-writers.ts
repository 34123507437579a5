// Bulk writers and guards of the room engine: what one append puts into the tenant's commit.
// spec: docs/architecture.md, decisions 1 and 3

import type { Guard, Writer } from '#platform/stream/stream.ts'

/** `relay`: came to us by send_join, send_leave or send_knock, so that it is on us to tell the other servers. */
export const eventFlags = { outlier: 1, rejected: 2, softFailed: 4, relay: 8 } as const

export interface EventRow {
  readonly eventNid: number
  readonly eventId: string
  readonly roomNid: number
  /** `stream`: the act's fact gives the position; a number: given (backfill, negative); null: never shown to clients. */
  readonly position: 'stream' | number | null
  readonly depth: number
  readonly originServerTs: number
  readonly receivedTs: number
  readonly type: string
  readonly stateKey: string | null
  readonly sender: string
  readonly flags: number
  readonly stateBefore: Uint8Array | null
  readonly stateAfter: Uint8Array | null
  readonly stateCurrent: Uint8Array | null
  readonly deviceId: string | null
  readonly txnId: string | null
  readonly authNids: readonly number[]
  readonly chainId: number | null
  readonly chainSeq: number | null
  readonly json: string
}

const positionOf = (row: { position: 'stream' | number | null }, position: number) =>
  row.position === 'stream' ? position : row.position

/**
 * An event. One that was an outlier gets its place in the history, and one that was kept from outside the room its place in the auth graph. Never
 * overwrites an event that already has a state.
 */
export const eventWriter: Writer<EventRow> = {
  name: 'rooms.write_event',
  rank: 20,
  text: `insert into event (event_nid, event_id, room_nid, position, depth, origin_server_ts, received_ts, type, state_key, sender, flags,
      state_before, state_after, state_current, device_id, txn_id, auth_nids, chain_id, chain_seq, json)
    select n, i, r, p, d, ts, rt, t, sk, s, f, sb, sa, sc, dv, tx, an::bigint[], ci, cs, j
      from unnest($1::bigint[], $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[],
        $11::smallint[], $12::bytea[], $13::bytea[], $14::bytea[], $15::text[], $16::text[], $17::text[], $18::bigint[], $19::int[], $20::text[])
        as e (n, i, r, p, d, ts, rt, t, sk, s, f, sb, sa, sc, dv, tx, an, ci, cs, j)
    on conflict (event_id) do update
      set position = excluded.position, flags = excluded.flags, state_before = excluded.state_before, state_after = excluded.state_after,
          state_current = excluded.state_current, auth_nids = excluded.auth_nids, chain_id = excluded.chain_id, chain_seq = excluded.chain_seq
      where event.state_before is null
        and (excluded.state_before is not null or event.chain_id is null and excluded.chain_id is not null)`,
  columns: (row, position) => [
    row.eventNid,
    row.eventId,
    row.roomNid,
    positionOf(row, position),
    row.depth,
    row.originServerTs,
    row.receivedTs,
    row.type,
    row.stateKey,
    row.sender,
    row.flags,
    row.stateBefore,
    row.stateAfter,
    row.stateCurrent,
    row.deviceId,
    row.txnId,
    `{${row.authNids.join(',')}}`,
    row.chainId,
    row.chainSeq,
    row.json,
  ],
  key: (row) => row.eventId,
}

export interface StateNodeRow {
  readonly hash: Uint8Array
  readonly body: Uint8Array
}

export const stateNodeWriter: Writer<StateNodeRow> = {
  name: 'rooms.write_state_node',
  rank: 10,
  text: `insert into state_node (hash, body) select * from unnest($1::bytea[], $2::bytea[]) on conflict do nothing`,
  columns: (row) => [row.hash, row.body],
}

export interface RoomHeadRow {
  readonly roomNid: number
  readonly expectedSerial: number
  readonly stateRoot: Uint8Array | null
  /** JSON of [[nid, event_id, depth], …]. */
  readonly extremities: string
  readonly joined: number
  readonly invited: number
}

/**
 * Takes the room's turn: holds when the room's serial is the one the first append of the commit was computed on. Appends to one room
 * in one commit form a row of serials; the last one's head is written.
 */
export const roomHeadGuard: Guard<RoomHeadRow> = {
  name: 'rooms.take_turn',
  rank: 10,
  text: `with asked as (
      select * from unnest($1::int[], $2::int[], $3::bigint[], $4::bytea[], $5::text[], $6::int[], $7::int[])
        as a (tag, room_nid, expected, root, extremities, joined, invited)),
    first as (select room_nid, min(expected) as expected, count(*) as appends from asked group by room_nid),
    last as (select distinct on (room_nid) * from asked order by room_nid, expected desc),
    taken as (
      update room set serial = first.expected + first.appends, state_root = last.root, extremities = last.extremities,
          joined = last.joined, invited = last.invited
        from first join last using (room_nid)
       where room.room_nid = first.room_nid and room.serial = first.expected
         and last.expected = first.expected + first.appends - 1
      returning room.room_nid)
    select tag from asked join taken using (room_nid)`,
  columns: (row) => [row.roomNid, row.expectedSerial, row.stateRoot, row.extremities, row.joined, row.invited],
}

export interface RoomPositionRow {
  readonly roomNid: number
}

/** Moves the room's newest visible position to the fact's. */
export const roomPositionWriter: Writer<RoomPositionRow> = {
  name: 'rooms.move_position',
  rank: 40,
  text: `update room set position = greatest(room.position, moved.position)
      from unnest($1::int[], $2::bigint[]) as moved (room_nid, position) where room.room_nid = moved.room_nid`,
  columns: (row, position) => [row.roomNid, position],
  key: (row) => String(row.roomNid),
}

export interface MembershipRow {
  readonly roomNid: number
  readonly userId: string
  readonly membership: number
  readonly eventNid: number
  readonly local: boolean
  readonly strippedState: string | null
}

export const membershipWriter: Writer<MembershipRow> = {
  name: 'rooms.write_membership',
  rank: 30,
  text: `insert into membership (room_nid, user_id, membership, event_nid, local, stripped_state, position)
      select * from unnest($1::int[], $2::text[], $3::smallint[], $4::bigint[], $5::boolean[], $6::text[], $7::bigint[])
    on conflict (room_nid, user_id) do update
      set membership = excluded.membership, event_nid = excluded.event_nid, position = excluded.position,
          stripped_state = excluded.stripped_state, forgotten = false`,
  columns: (row, position) => [
    row.roomNid,
    row.userId,
    row.membership,
    row.eventNid,
    row.local,
    row.strippedState,
    position,
  ],
  key: (row) => `${row.roomNid} ${row.userId}`,
}

export interface GoneMembershipRow {
  readonly roomNid: number
  readonly userId: string
}

/** A membership that a state resolution took away: as if the user had never been there. */
export const goneMembershipWriter: Writer<GoneMembershipRow> = {
  name: 'rooms.remove_membership',
  rank: 29,
  text: `update membership set membership = 3, position = gone.position
      from unnest($1::int[], $2::text[], $3::bigint[]) as gone (room_nid, user_id, position)
     where membership.room_nid = gone.room_nid and membership.user_id = gone.user_id`,
  columns: (row, position) => [row.roomNid, row.userId, position],
  key: (row) => `${row.roomNid} ${row.userId}`,
}

export interface RoomServerRow {
  readonly roomNid: number
  readonly serverName: string
  readonly joined: number
}

export const roomServerWriter: Writer<RoomServerRow> = {
  name: 'rooms.write_room_server',
  rank: 31,
  text: `insert into room_server (room_nid, server_name, joined, position)
      select * from unnest($1::int[], $2::text[], $3::int[], $4::bigint[])
    on conflict (room_nid, server_name) do update
      set position = case when (room_server.joined = 0) <> (excluded.joined = 0) then excluded.position else room_server.position end,
          joined = excluded.joined`,
  columns: (row, position) => [row.roomNid, row.serverName, row.joined, position],
  key: (row) => `${row.roomNid} ${row.serverName}`,
}

export interface SentTransactionRow {
  readonly key: Uint8Array
  readonly eventNid: number
  readonly sentTs: number
}

/** Holds when nobody has used the transaction before, on this or another process or in the same commit. */
export const sentTransactionGuard: Guard<SentTransactionRow> = {
  name: 'rooms.take_transaction',
  rank: 5,
  text: `with asked as (select * from unnest($1::int[], $2::bytea[], $3::bigint[], $4::bigint[]) as a (tag, key, event_nid, sent_ts)),
      first as (select distinct on (key) * from asked order by key, tag),
      taken as (insert into sent_transaction (key, event_nid, sent_ts) select key, event_nid, sent_ts from first
        on conflict do nothing returning key)
    select tag from first join taken using (key)`,
  columns: (row) => [row.key, row.eventNid, row.sentTs],
}

export interface AuthChainLinkRow {
  readonly chainId: number
  readonly seq: number
  readonly targetChain: number
  readonly targetSeq: number
}

export const authChainLinkWriter: Writer<AuthChainLinkRow> = {
  name: 'rooms.write_auth_chain_link',
  rank: 21,
  text: `insert into auth_chain_link (chain_id, seq, target_chain, target_seq)
      select * from unnest($1::bigint[], $2::int[], $3::bigint[], $4::int[])
    on conflict (chain_id, seq, target_chain) do update set target_seq = greatest(auth_chain_link.target_seq, excluded.target_seq)`,
  columns: (row) => [row.chainId, row.seq, row.targetChain, row.targetSeq],
  key: (row) => `${row.chainId} ${row.seq} ${row.targetChain}`,
}

export interface BackwardExtremityRow {
  readonly roomNid: number
  readonly eventId: string
  readonly depth: number
}

export const backwardExtremityWriter: Writer<BackwardExtremityRow> = {
  name: 'rooms.write_backward_extremity',
  rank: 22,
  text: `insert into backward_extremity (room_nid, event_id, depth) select * from unnest($1::int[], $2::text[], $3::bigint[])
    on conflict do nothing`,
  columns: (row) => [row.roomNid, row.eventId, row.depth],
}

export const filledExtremityWriter: Writer<BackwardExtremityRow> = {
  name: 'rooms.remove_backward_extremity',
  rank: 23,
  text: `delete from backward_extremity b using unnest($1::int[], $2::text[], $3::bigint[]) as f (room_nid, event_id, depth)
     where b.room_nid = f.room_nid and b.event_id = f.event_id`,
  columns: (row) => [row.roomNid, row.eventId, row.depth],
}

export interface RelationRow {
  readonly eventNid: number
  readonly roomNid: number
  readonly parentId: string
  readonly relType: string
  readonly type: string
  readonly sender: string
  readonly aggregationKey: string | null
  readonly depth: number
  /** Given for backfilled events; else the fact's. */
  readonly position: 'stream' | number
}

export const relationWriter: Writer<RelationRow> = {
  name: 'rooms.write_relation',
  rank: 24,
  text: `insert into event_relation (event_nid, room_nid, parent_id, rel_type, type, sender, aggregation_key, depth, position)
      select * from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[])
    on conflict do nothing`,
  columns: (row, position) => [
    row.eventNid,
    row.roomNid,
    row.parentId,
    row.relType,
    row.type,
    row.sender,
    row.aggregationKey,
    row.depth,
    positionOf(row, position),
  ],
}

export interface RedactionRow {
  readonly eventId: string
  readonly redactedBy: number
}

/** Hides an event behind its redaction. The text stays: what was said is a record, and a remote redaction does not destroy it. */
export const redactionWriter: Writer<RedactionRow> = {
  name: 'rooms.mark_redacted',
  rank: 25,
  text: `update event set redacted_by = r.by from unnest($1::text[], $2::bigint[]) as r (event_id, by)
     where event.event_id = r.event_id and event.redacted_by is null`,
  columns: (row) => [row.eventId, row.redactedBy],
  key: (row) => row.eventId,
}
