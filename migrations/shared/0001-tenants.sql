-- owner: tenancy

create table tenant (
  -- Names the schema too: t_<id>. Never used again.
  id integer primary key generated always as identity,
  server_name text not null unique,
  settings text not null default '{}',
  created_at bigint not null,
  -- A removed tenant is neither listed nor served; its schema and keys are kept until it is dropped.
  removed_at bigint
);

-- Ed25519 seeds, encrypted under the key file with the server name and the key's name as associated data.
create table signing_key (
  tenant_id integer not null references tenant (id) on delete cascade,
  key_id text not null,
  public_key text not null,
  sealed_seed bytea not null,
  created_at bigint not null,
  -- When an old key stopped being used for signing; null for the current one.
  expired_at bigint,
  primary key (tenant_id, key_id)
);
create unique index signing_key_current on signing_key (tenant_id) where expired_at is null;
