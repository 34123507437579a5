-- owner: moderation

-- What people have reported to the administrators.
create table report (
  report_id bigint generated always as identity primary key,
  reported_ts bigint not null,
  reporter text collate "C" not null,
  kind text not null check (kind in ('event', 'room', 'user')),
  -- Of a room or an event.
  room_id text collate "C",
  event_id text collate "C",
  -- The user who is reported, or who sent the event.
  user_id text collate "C",
  reason text not null
);
create index report_by_reporter on report (reporter, reported_ts);
