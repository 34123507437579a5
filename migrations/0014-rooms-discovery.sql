-- owner: rooms

-- What is told of each room that we know the state of, kept by a follower: for the directory, and for who may be found by whom.
create table room_card (
  room_nid integer primary key,
  -- Whether we are in the room, so that the rest is true.
  here boolean not null,
  -- Anyone may join it or read it.
  open boolean not null,
  encrypted boolean not null,
  room_type text,
  -- Name, topic and alias, folded.
  words text not null,
  -- The summary as JSON, but for the number of members.
  summary text not null
);

-- Names by which people are found: room_nid 0 for the profiles of our users, else what others call themselves in a room.
create table person_name (
  room_nid integer not null,
  user_id text collate "C" not null,
  display_name text,
  avatar_url text,
  -- The words of name and user ID, folded.
  words tsvector not null,
  primary key (room_nid, user_id)
);
create index person_name_by_words on person_name using gin (words);
create index person_name_by_user on person_name (user_id);

-- Who is in a room, for those who look for people in open rooms.
create index membership_joined on membership (user_id, room_nid) where membership = 1;

-- What can be searched for: messages, names and topics of rooms, never what is encrypted or redacted.
create table search_entry (
  event_nid bigint primary key,
  room_nid integer not null,
  -- 1 content.body, 2 content.name, 3 content.topic
  field smallint not null,
  words tsvector not null
);
-- What waits to be sorted in is read through by every search: a quarter of a megabyte, some hundred messages.
create index search_entry_by_words on search_entry using gin (words) with (gin_pending_list_limit = 256);
create index search_entry_by_room on search_entry (room_nid, event_nid);
