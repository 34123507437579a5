-- owner: platform

-- The tenant's one counter: the position of the last committed fact. Its row lock is the order of commits.
create table stream_head (
  the_only boolean primary key default true check (the_only),
  position bigint not null
) with (fillfactor = 10);
insert into stream_head (position) values (0);

-- How far each follower of the stream has come.
create table follower (
  name text primary key,
  position bigint not null
) with (fillfactor = 50);
