-- owner: federation/transport

-- Servers that did not answer: when they are asked again. A row is there only while a server is away.
create table destination_backoff (
  server_name text primary key,
  failures integer not null,
  away_since bigint not null,
  retry_at bigint not null
);

-- Public keys of other servers. Never deleted: old events are verified with them.
create table server_key (
  server_name text not null,
  key_id text not null,
  public_key text not null,
  -- Good for signatures made until then, capped at seven days after the fetch that vouched for it.
  valid_until bigint not null,
  -- One of the server's old_verify_keys: for events, not for requests.
  is_old boolean not null,
  primary key (server_name, key_id)
);

-- The last answer of each server about its keys, as it signed it: what we pass on as a notary.
create table server_key_answer (
  server_name text primary key,
  answer text not null,
  valid_until bigint not null,
  fetched_at bigint not null
);
