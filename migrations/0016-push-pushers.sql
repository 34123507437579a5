-- owner: push

-- Push gateways that users want their notifications to go to. Nothing is queued here: what is to be sent is read from the stream when it is sent.
create table pusher (
  user_id text collate "C" not null,
  app_id text collate "C" not null,
  pushkey text collate "C" not null,
  app_display_name text not null,
  device_display_name text not null,
  profile_tag text,
  lang text not null,
  -- As the client gave it: a JSON object.
  data text not null,
  enabled boolean not null,
  -- Who made it. With the device goes the pusher.
  device_id text collate "C" not null,
  -- Milliseconds since 1970.
  updated_at bigint not null,
  -- The cursor: something after this position may have to be sent. Null: nothing.
  pending_after bigint,
  -- Everything up to here was counted when it was last said that something is to be sent.
  marked_at bigint not null default 0,
  -- The number of unread messages that the device was last told.
  told_unread integer not null default 0,
  -- Failures in a row, and when to try next: milliseconds since 1970; also until when a process has taken the work.
  failures integer not null default 0,
  next_try bigint not null default 0,
  primary key (user_id, app_id, pushkey)
) with (fillfactor = 70);
create index pusher_by_key on pusher (app_id, pushkey);
create index pusher_due on pusher (next_try) where pending_after is not null;

-- Where the newest event stands that a count counts: tells what is new since a push, without asking every unread room.
alter table unread add column position bigint not null default 0;
