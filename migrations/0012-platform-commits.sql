-- owner: platform

-- Numbers the tenant's commits.
alter table stream_head add column commits bigint not null default 0;

-- The newest commits, each with a mark that no other has: whoever lost the answer to a commit finds out here whether it is in this database's
-- history. A ring: commit n has the slot n % 1024, so nothing grows.
create table stream_commit (
  slot smallint primary key,
  number bigint not null,
  mark uuid not null
) with (fillfactor = 50);
