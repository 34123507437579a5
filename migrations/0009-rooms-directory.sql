-- owner: rooms

-- Rooms in the published directory of this server.
create table published_room (room_id text primary key);

-- The event nearest to a point in time.
create index event_by_time on event (room_nid, origin_server_ts) where position is not null;
