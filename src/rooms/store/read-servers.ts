// Which servers are and were in rooms, and what a server that was away has missed.
// spec: server-server-api #transactions

import { statement } from '#platform/database/database.ts'
import { eventColumns, type StoredEvent } from './read-events.ts'

export interface RoomServerPlace {
  readonly room_nid: number
  readonly server_name: string
  readonly joined: number
  /** Position of the last coming or going. */
  readonly position: number
}

export const serversOfRooms = statement<[readonly number[]], RoomServerPlace>(
  'rooms.servers_of_rooms',
  `select room_nid, server_name, joined, position from room_server where room_nid = any($1::int[])`,
)

/**
 * Events that are ours to send (`$4`: colon and our name) with positions in ($2, $3], of the rooms that the server $1 is in, or was in up to its
 * going; ascending, at most $5. `still_in`: from its last coming on; before that it may have been there or not. The index by arrival gives each
 * room's few newest; most rooms have none.
 */
export const eventsMissedByServer = statement<
  [string, number, number, string, number],
  StoredEvent & { readonly still_in: boolean }
>(
  'rooms.events_missed_by_server',
  `select ${eventColumns}, e.still_in
     from room_server s join room r using (room_nid)
    cross join lateral (
      select event.*, s.joined > 0 and event.position >= s.position as still_in from event
       where event.room_nid = s.room_nid and event.position > $2 and event.position <= $3
         and (s.joined > 0 or event.position <= s.position)
         and (right(event.sender, length($4)) = $4 or event.flags & 8 <> 0)
       order by event.position limit $5) e
    where s.server_name = $1 and (s.joined > 0 or s.position > $2) and r.position > $2
    order by e.position limit $5`,
)
