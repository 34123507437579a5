-- owner: push

-- What a user has changed about their push rules, as JSON {own, changed}. The predefined rules are the program's.
create table push_rules (
  user_id text collate "C" primary key,
  content text not null,
  -- Grows by one with each change: a change made on an older revision is stale.
  revision bigint not null default 0,
  -- 0: nothing was changed yet.
  position bigint not null
);

-- Unread notifications of our users, by thread ('main' for the main timeline). No row: none.
create table unread (
  user_id text collate "C" not null,
  room_id text collate "C" not null,
  thread_id text collate "C" not null,
  notifications integer not null,
  highlights integer not null,
  primary key (user_id, room_id, thread_id)
) with (fillfactor = 50);

-- Everything up to here has been counted. Moves in the commit that counts, so that nothing is counted twice.
create table push_progress (
  the_only boolean primary key default true check (the_only),
  position bigint not null
) with (fillfactor = 10);
insert into push_progress (position) values (0);
