-- owner: e2ee

-- Identity keys of local devices, as uploaded: canonical JSON with the owner's signatures.
create table device_keys (
  user_id text collate "C" not null,
  device_id text collate "C" not null,
  keys text not null,
  -- Position of the upload, and when (ms): a device that was deleted and made again under its ID is another device.
  position bigint not null,
  stored_at bigint not null,
  primary key (user_id, device_id)
);

-- Cross-signing keys of local users, and of remote ones as far as we know them. The private keys never come here.
create table cross_signing_key (
  user_id text collate "C" not null,
  usage text not null check (usage in ('master', 'self_signing', 'user_signing')),
  public_key text collate "C" not null,
  keys text not null,
  primary key (user_id, usage)
);

-- Signatures uploaded by local users: over their devices, their master key, and other people's master keys.
create table key_signature (
  user_id text collate "C" not null,
  -- Device ID, or the public master key.
  key_id text collate "C" not null,
  signer_id text collate "C" not null,
  -- `ed25519:…`
  signer_key text collate "C" not null,
  signature text not null,
  primary key (user_id, key_id, signer_id, signer_key)
);

-- Given out in the order of key_nid, each once.
create table one_time_key (
  key_nid bigint primary key generated always as identity,
  user_id text collate "C" not null,
  device_id text collate "C" not null,
  algorithm text collate "C" not null,
  key_id text collate "C" not null,
  key text not null,
  -- The head of the stream at the upload.
  position bigint not null,
  unique (user_id, device_id, algorithm, key_id)
);
create index one_time_key_in_order on one_time_key (user_id, device_id, algorithm, key_nid);

create table fallback_key (
  user_id text collate "C" not null,
  device_id text collate "C" not null,
  algorithm text collate "C" not null,
  key_id text collate "C" not null,
  key text not null,
  used boolean not null default false,
  position bigint not null,
  primary key (user_id, device_id, algorithm)
);

-- Whose keys changed when, local and remote.
create table device_list_change (
  position bigint primary key,
  user_id text collate "C" not null,
  -- A user of ours: other servers are told.
  local boolean not null,
  -- The device that changed; null: the cross-signing keys.
  device_id text collate "C",
  -- Only this user sees the change (signatures by a user-signing key); null: all who share a room.
  viewer text collate "C"
);
create index device_list_change_of_user on device_list_change (user_id, position);

-- Device lists of remote users that we follow.
create table remote_device_list (
  user_id text collate "C" primary key,
  server_name text collate "C" not null,
  -- Of the last update that is in the list.
  stream_id bigint not null,
  -- Head of the stream before the list was fetched.
  fetched_at bigint not null,
  -- Something was missed: not to be answered from until it is fetched again.
  stale boolean not null,
  failures integer not null default 0,
  -- When the next attempt is due (ms); for stale lists.
  retry_at bigint not null default 0
);
create index remote_device_list_due on remote_device_list (retry_at) where stale;
create index remote_device_list_of_server on remote_device_list (server_name) where stale;

create table remote_device (
  user_id text collate "C" not null references remote_device_list on delete cascade,
  device_id text collate "C" not null,
  -- Null: a device without keys.
  keys text,
  display_name text,
  primary key (user_id, device_id)
);

-- Messages that wait for a device of ours, until the device says that it has them.
create table to_device_inbox (
  user_id text collate "C" not null,
  device_id text collate "C" not null,
  position bigint not null,
  message text not null,
  primary key (user_id, device_id, position)
);

-- EDUs that wait for another server.
create table to_device_outbox (
  destination text collate "C" not null,
  position bigint not null,
  edu text not null,
  primary key (destination, position)
);

-- What was taken already: clients' transactions (a hash), and message IDs of other servers.
create table to_device_sent (
  transaction text collate "C" primary key,
  sent_at bigint not null
);
create index to_device_sent_age on to_device_sent (sent_at);

create table to_device_received (
  origin text collate "C" not null,
  message_id text collate "C" not null,
  received_at bigint not null,
  primary key (origin, message_id)
);
create index to_device_received_age on to_device_received (received_at);

-- Versions are never given out twice, so a deleted one stays as a mark.
create table key_backup (
  user_id text collate "C" not null,
  version bigint not null,
  algorithm text not null,
  auth_data text not null,
  etag bigint not null default 0,
  keys bigint not null default 0,
  deleted boolean not null default false,
  primary key (user_id, version)
);

create table backed_up_key (
  user_id text collate "C" not null,
  version bigint not null,
  room_id text collate "C" not null,
  session_id text collate "C" not null,
  is_verified boolean not null,
  first_message_index bigint not null,
  forwarded_count bigint not null,
  session_data text not null,
  primary key (user_id, version, room_id, session_id)
);
