-- owner: rooms

-- Events that other servers sent and that wait: what they stand on could not be had, for a reason that passes. They are tried again.
create table staged_pdu (
  room_nid integer not null,
  event_id text collate "C" not null,
  -- The server that sent it to us.
  origin text collate "C" not null,
  first_seen bigint not null,
  -- Beside the first one, on receipt.
  attempts integer not null default 0,
  last_attempt bigint not null,
  next_attempt bigint not null,
  -- As it passed the checks of format, signatures and content hash: redacted when the hash was wrong.
  json text not null,
  primary key (room_nid, event_id)
);
create index staged_pdu_due on staged_pdu (next_attempt);
create index staged_pdu_by_origin on staged_pdu (origin, first_seen);
