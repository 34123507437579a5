-- owner: federation/outbound

-- Servers that have not yet answered for everything that is theirs. A row is there only while something is under way to them.
create table destination (
  server_name text collate "C" primary key,
  -- Everything of the tenant's order up to here has been taken by the server, or is not for it.
  position bigint not null
);

-- Owner federation/inbound: transactions that were taken in, with what was answered: a repeated one gets the same answer.
create table received_transaction (
  origin text collate "C" not null,
  txn_id text collate "C" not null,
  answer text not null,
  received_at bigint not null,
  primary key (origin, txn_id)
);
create index received_transaction_age on received_transaction (received_at);
