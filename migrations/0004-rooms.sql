-- owner: rooms

-- Keys the hashes that name state nodes and their paths, so that nobody can craft events that collide.
create table state_secret (secret bytea not null);
insert into state_secret
  select decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');

create sequence event_nid as bigint increment by 1024;

create table room (
  room_nid integer primary key generated always as identity,
  room_id text not null unique,
  version text not null,
  -- Grows by one with each append: an append computed on an older serial is stale.
  serial bigint not null default 0,
  -- Current state: the resolution of the states after the forward extremities. Null while we have no state (an invite from elsewhere).
  state_root bytea,
  -- Forward extremities as [[nid, event_id, depth], …].
  extremities text not null default '[]',
  -- Position of the newest event that clients may see.
  position bigint not null default 0,
  joined integer not null default 0,
  invited integer not null default 0
);

create table event (
  event_nid bigint primary key,
  event_id text not null unique,
  room_nid integer not null,
  -- Place in the tenant's order; negative for backfilled events; null for those that clients never see (outliers, rejected, soft-failed).
  position bigint,
  depth bigint not null,
  origin_server_ts bigint not null,
  received_ts bigint not null,
  type text not null,
  state_key text,
  sender text not null,
  -- 1 outlier, 2 rejected, 4 soft-failed
  flags smallint not null default 0,
  -- Names of the state before and after the event; null for outliers.
  state_before bytea,
  state_after bytea,
  -- The room's current state after this append where it is another than state_after (forks).
  state_current bytea,
  redacted_by bigint,
  -- The sending device and its transaction, for unsigned.transaction_id.
  device_id text,
  txn_id text,
  -- Auth events by number; chain cover of the auth graph (state events only): reachability in a chain is a comparison.
  auth_nids bigint[] not null,
  chain_id bigint,
  chain_seq integer,
  json text not null
);
create unique index event_by_position on event (position) where position is not null;
create index event_by_arrival on event (room_nid, position) where position is not null;
create index event_by_topology on event (room_nid, depth, position) where position is not null;
create index event_by_chain on event (chain_id, chain_seq) where chain_id is not null;

-- (chain_id, seq) reaches (target_chain, everything up to target_seq).
create table auth_chain_link (
  chain_id bigint not null,
  seq integer not null,
  target_chain bigint not null,
  target_seq integer not null,
  primary key (chain_id, seq, target_chain)
);

create table state_node (
  hash bytea primary key,
  body bytea not null
);

-- Previous events that a stored event names and that we do not have.
create table backward_extremity (
  room_nid integer not null,
  event_id text not null,
  depth bigint not null,
  primary key (room_nid, event_id)
);

-- Current membership of every user in every room, ours and others'.
create table membership (
  room_nid integer not null,
  user_id text not null,
  -- 1 join, 2 invite, 3 leave, 4 ban, 5 knock
  membership smallint not null,
  event_nid bigint not null,
  -- Position of the change.
  position bigint not null,
  local boolean not null,
  forgotten boolean not null default false,
  -- Stripped state of an invite or a knock in a room whose state we do not have.
  stripped_state text,
  primary key (room_nid, user_id)
);
create index membership_of_user on membership (user_id) where local;

create table room_server (
  room_nid integer not null,
  server_name text not null,
  joined integer not null,
  -- Position of the last change of `joined` from or to zero.
  position bigint not null,
  primary key (room_nid, server_name)
);
create index room_server_by_server on room_server (server_name);

-- What a client's transaction became: the key is a hash of user, device, room, type and transaction.
create table sent_transaction (
  key bytea primary key,
  event_nid bigint not null,
  sent_ts bigint not null
);
create index sent_transaction_age on sent_transaction (sent_ts);

create table event_relation (
  event_nid bigint primary key,
  room_nid integer not null,
  parent_id text not null,
  rel_type text not null,
  type text not null,
  sender text not null,
  aggregation_key text,
  position bigint not null,
  depth bigint not null
);
create index event_relation_by_parent on event_relation (parent_id, rel_type, depth, position);
create index event_relation_threads on event_relation (room_nid, rel_type, position);

create table room_alias (
  alias text primary key,
  room_id text not null,
  creator text not null,
  servers text[] not null
);
create index room_alias_by_room on room_alias (room_id);
