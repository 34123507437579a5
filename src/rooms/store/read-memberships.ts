// Reading memberships: who is where.
// spec: client-server-api #room-membership

import { statement } from '#platform/database/database.ts'

export interface MembershipOfUser {
  readonly room_nid: number
  readonly room_id: string
  readonly membership: number
  readonly event_nid: number
  readonly position: number
  readonly forgotten: boolean
  readonly stripped_state: string | null
  readonly room_position: number
}

export const membershipsOfUser = statement<[string], MembershipOfUser>(
  'rooms.memberships_of_user',
  `select m.room_nid, r.room_id, m.membership, m.event_nid, m.position, m.forgotten, m.stripped_state, r.position as room_position
     from membership m join room r using (room_nid) where m.user_id = $1 and m.local`,
)

export const membershipInRoom = statement<[number, string], MembershipOfUser>(
  'rooms.membership_in_room',
  `select m.room_nid, r.room_id, m.membership, m.event_nid, m.position, m.forgotten, m.stripped_state, r.position as room_position
     from membership m join room r using (room_nid) where m.room_nid = $1 and m.user_id = $2`,
)

export const localMembers = statement<[number], { user_id: string; membership: number }>(
  'rooms.local_members',
  `select user_id, membership from membership where room_nid = $1 and local and membership in (1, 2, 5)`,
)

export const membersOfRoom = statement<[number], { user_id: string; membership: number; event_nid: number }>(
  'rooms.members_of_room',
  `select user_id, membership, event_nid from membership where room_nid = $1`,
)

/** Members for a room's name: joined and invited first, in order of arrival. */
export const heroes = statement<[number, string], { user_id: string; membership: number }>(
  'rooms.heroes',
  `select user_id, membership from membership where room_nid = $1 and user_id <> $2 and membership in (1, 2)
    order by position, user_id limit 5`,
)

export const formerHeroes = statement<[number, string], { user_id: string; membership: number }>(
  'rooms.former_heroes',
  `select user_id, membership from membership where room_nid = $1 and user_id <> $2 and membership in (3, 4)
    order by position, user_id limit 5`,
)

export const forgetRoom = statement<[number, string], { room_nid: number }>(
  'rooms.forget_room',
  `update membership set forgotten = true where room_nid = $1 and user_id = $2 and membership in (3, 4) returning room_nid`,
)

/** Users who share a joined room with the user, and the servers they are on. */
export const usersSharingRooms = statement<[string], { user_id: string }>(
  'rooms.users_sharing_rooms',
  `select distinct other.user_id from membership mine join membership other using (room_nid)
    where mine.user_id = $1 and mine.membership = 1 and other.membership = 1`,
)

/** Which of the users share a joined room with the user. */
export const sharesRoomWith = statement<[string, readonly string[]], { user_id: string }>(
  'rooms.shares_room_with',
  `select distinct other.user_id from membership mine join membership other using (room_nid)
    where mine.user_id = $1 and mine.membership = 1 and other.user_id = any($2::text[]) and other.membership = 1`,
)

/** As `sharesRoomWith`, with the position since which they have been together in one of the rooms that they are in now. */
export const sharesRoomSince = statement<[string, readonly string[]], { user_id: string; position: number }>(
  'rooms.shares_room_since',
  `select other.user_id, min(greatest(mine.position, other.position)) as position
     from membership mine join membership other using (room_nid)
    where mine.user_id = $1 and mine.membership = 1 and other.user_id = any($2::text[]) and other.membership = 1
    group by other.user_id`,
)

/** Servers that are in a room with the user: whom a change of the user's devices concerns. */
export const serversSharingRooms = statement<[string], { server_name: string }>(
  'rooms.servers_sharing_rooms',
  `select distinct s.server_name from membership m join room_server s using (room_nid)
    where m.user_id = $1 and m.membership = 1 and s.joined > 0`,
)

/** Local users who are in a room with the (remote) user: whom its news concern. */
export const localUsersSharingRooms = statement<[string], { user_id: string }>(
  'rooms.local_users_sharing_rooms',
  `select distinct other.user_id from membership theirs join membership other using (room_nid)
    where theirs.user_id = $1 and theirs.membership = 1 and other.local and other.membership = 1`,
)

/** Users of a server in rooms with us: for a server's profile and presence news. */
export const roomsSharedWithServer = statement<[string], { room_nid: number; room_id: string }>(
  'rooms.rooms_shared_with_server',
  `select room_nid, room_id from room_server join room using (room_nid) where server_name = $1 and room_server.joined > 0`,
)

/** Local users with a membership in a room, those who came first before: (room, membership, limit). */
export const usersWithMembership = statement<[number, number, number], { user_id: string }>(
  'rooms.users_with_membership',
  `select user_id from membership where room_nid = $1 and local and membership = $2 order by position limit $3`,
)

/** Users of ours whose membership became `join` in (after, upTo]. */
export const joinsOfOurs = statement<
  [after: number, upTo: number, limit: number],
  { room_id: string; user_id: string; position: number }
>(
  'rooms.joins_of_ours',
  `select r.room_id, m.user_id, m.position from membership m join room r using (room_nid)
    where m.local and m.membership = 1 and m.position > $1 and m.position <= $2
    order by m.position fetch first $3 rows with ties`,
)
