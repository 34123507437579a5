-- owner: media

-- Content of our users. Files are named by their SHA-256 (hexadecimal).
create table local_media (
  media_id text collate "C" primary key,
  user_id text collate "C" not null,
  content_type text,
  file_name text,
  size bigint,
  -- null: the address is given out and nothing is uploaded yet
  hash text collate "C",
  created_at bigint not null,
  -- Until when the upload may come.
  expires_at bigint
);
create index local_media_pending on local_media (user_id, expires_at) where hash is null;
create index local_media_by_hash on local_media (hash) where hash is not null;

-- Copies of content of other servers.
create table remote_media (
  server_name text collate "C" not null,
  media_id text collate "C" not null,
  content_type text,
  file_name text,
  size bigint not null,
  hash text collate "C" not null,
  fetched_at bigint not null,
  used_at bigint not null,
  primary key (server_name, media_id)
);
create index remote_media_by_use on remote_media (used_at);
create index remote_media_by_hash on remote_media (hash);

-- Smaller versions, by the file that they were made from.
create table media_thumbnail (
  source text collate "C" not null,
  width integer not null,
  height integer not null,
  method text collate "C" not null,
  animated boolean not null,
  content_type text not null,
  size bigint not null,
  hash text collate "C" not null,
  primary key (source, width, height, method, animated)
);
create index media_thumbnail_by_hash on media_thumbnail (hash);
