-- owner: accounts

-- A local account. Rows stay after deactivation, so that a user ID is never given out twice.
create table account (
  user_number bigint generated always as identity primary key,
  user_id text collate "C" not null unique,
  password_hash text,
  is_guest boolean not null default false,
  is_admin boolean not null default false,
  is_locked boolean not null default false,
  is_suspended boolean not null default false,
  is_deactivated boolean not null default false,
  is_erased boolean not null default false,
  created_at bigint not null,
  -- Place in the tenant's order of the latest change that others follow (deactivation); 0: none yet.
  position bigint not null default 0
);
create index account_by_position on account (position) where position > 0;

create table device (
  user_id text collate "C" not null references account (user_id),
  device_id text collate "C" not null,
  session_number bigint generated always as identity,
  display_name text,
  created_at bigint not null,
  last_seen_at bigint,
  last_seen_ip text,
  last_seen_agent text,
  -- How strongly, and by which identity provider, the person was identified at login; null: by password here.
  assurance text,
  identity_provider text,
  primary key (user_id, device_id)
);

-- What happened to devices, for those who follow: keys go with their device.
create table device_change (
  position bigint primary key,
  user_id text collate "C" not null,
  device_id text collate "C" not null,
  change text not null check (change in ('created', 'renamed', 'deleted'))
);

-- Access and refresh tokens of a device, as SHA-256 only. A higher generation, once used, ends the lower ones.
create table session_token (
  token_hash text collate "C" primary key,
  kind text not null check (kind in ('access', 'refresh')),
  user_id text collate "C" not null,
  device_id text collate "C" not null,
  generation integer not null,
  created_at bigint not null,
  expires_at bigint,
  foreign key (user_id, device_id) references device on delete cascade
);
create index session_token_by_device on session_token (user_id, device_id);

create table login_token (
  token_hash text collate "C" primary key,
  user_id text collate "C" not null references account (user_id),
  expires_at bigint not null
);
create index login_token_by_user on login_token (user_id);

create table openid_token (
  token_hash text collate "C" primary key,
  user_id text collate "C" not null references account (user_id),
  expires_at bigint not null
);
create index openid_token_by_user on openid_token (user_id);

create table registration_token (
  token text collate "C" primary key,
  -- null: any number
  uses_allowed integer check (uses_allowed > 0),
  uses integer not null default 0,
  expires_at bigint,
  created_at bigint not null
);

-- One JSON object with every profile field.
create table profile (
  user_id text collate "C" primary key references account (user_id),
  fields text not null,
  position bigint not null
);
create index profile_by_position on profile (position);

-- room_id '' : global account data.
create table account_data (
  user_id text collate "C" not null references account (user_id),
  room_id text collate "C" not null,
  type text collate "C" not null,
  content text not null,
  position bigint not null,
  primary key (user_id, room_id, type)
);
create index account_data_by_position on account_data (user_id, position);

create table filter (
  user_id text collate "C" not null references account (user_id),
  filter_id integer not null,
  content_hash text collate "C" not null,
  content text not null,
  primary key (user_id, filter_id),
  unique (user_id, content_hash)
);
