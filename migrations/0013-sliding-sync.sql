-- owner: sync

-- Connections of sliding sync: what a client has been told, so that only news are told after a restart too.
create table sliding_connection (
  connection_nid bigint primary key generated always as identity,
  user_id text not null,
  device_id text not null,
  conn_id text not null,
  -- Tells one beginning of the connection from the next; a part of every position that is given out.
  incarnation bigint not null,
  -- The version that the client has confirmed by asking from it; its rooms are in sliding_room.
  version bigint not null,
  -- Room configs that rooms refer to, as a JSON list.
  configs text not null,
  -- What the newest answer changes, as JSON, until the client asks from that answer's position; null: nothing.
  pending text,
  used_ts bigint not null,
  unique (user_id, device_id, conn_id)
);
create index sliding_connection_age on sliding_connection (used_ts);

create table sliding_room (
  connection_nid bigint not null references sliding_connection on delete cascade,
  room_nid integer not null,
  -- Everything up to here was told; null: everything up to the position that the client asks from.
  told_up_to bigint,
  -- As what it was told and what of it is up to date: bits of src/sync/sliding/room-memory.ts.
  flags smallint not null,
  -- The newest events of which none was left out.
  timeline_limit smallint not null,
  -- Place of its config in the connection's list.
  config smallint not null,
  primary key (connection_nid, room_nid)
);
