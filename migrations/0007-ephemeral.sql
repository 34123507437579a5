-- owner: ephemeral

-- How far each user has read, ours and others': one row per user, kind and thread.
create table receipt (
  room_id text collate "C" not null,
  user_id text collate "C" not null,
  receipt_type text collate "C" not null check (receipt_type in ('m.read', 'm.read.private')),
  -- '': unthreaded; 'main'; or the root of the thread.
  thread_id text collate "C" not null,
  event_id text collate "C" not null,
  -- Where the event stands in the tenant's order; null: not known when the receipt came.
  event_position bigint,
  ts bigint not null,
  -- One of our users'.
  local boolean not null,
  position bigint not null,
  primary key (room_id, user_id, receipt_type, thread_id)
) with (fillfactor = 80);
create index receipt_by_arrival on receipt (room_id, position);
create index receipt_of_ours on receipt (position) where local;

-- Presence that was announced last; what changes by the second is in memory.
create table presence (
  user_id text collate "C" primary key,
  presence text collate "C" not null check (presence in ('online', 'unavailable', 'offline')),
  status_msg text,
  currently_active boolean not null,
  last_active_ts bigint not null,
  updated_ts bigint not null,
  local boolean not null,
  position bigint not null
) with (fillfactor = 80);
create index presence_by_position on presence (position);
create index presence_by_age on presence (updated_ts) where presence <> 'offline';
