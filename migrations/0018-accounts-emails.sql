-- owner: accounts

-- E-mail addresses of accounts, case-folded. Each belongs to one account, and its person has shown that the mails are read.
create table account_email (
  address text collate "C" primary key,
  user_id text collate "C" not null references account (user_id),
  validated_at bigint not null,
  added_at bigint not null
);
create index account_email_by_user on account_email (user_id);

-- Proofs under way. The token of the mailed link and the client's secret are kept as SHA-256 only.
create table email_proof (
  sid text collate "C" primary key,
  purpose text not null check (purpose in ('register', 'add', 'reset')),
  address text collate "C" not null,
  client_secret_hash text collate "C" not null,
  token_hash text collate "C" not null,
  send_attempt bigint not null,
  next_link text,
  -- Of the link, and once it was used of the proof.
  expires_at bigint not null,
  validated_at bigint,
  unique (purpose, address, client_secret_hash)
);
create index email_proof_by_end on email_proof (expires_at);
