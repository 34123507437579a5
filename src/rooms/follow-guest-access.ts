// Guests leave a room that is closed to them. A follower with a cursor of its own: a crash in the middle goes on where it was.
// spec: client-server-api/modules/guest_access.md #server-behaviour (the server MUST set those users' membership to leave)

import type { Accounts } from '#accounts/accounts.ts'
import type { Milliseconds } from '#platform/clock/clock.ts'
import { type Follower, type FollowerParts, follow } from '#platform/follow/follow.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { StateEvents } from './room/hot-room.ts'
import { guestAccessChanges } from './store/read-events.ts'

/** What of the engine is needed here; the face offers it. */
interface Rooms {
  currentState(roomId: RoomId, keys: readonly { type: string; stateKey: string }[]): Promise<StateEvents | undefined>
  localMembersOf(roomNid: number): Promise<readonly { userId: UserId; membership: string }[]>
  leave(leave: { roomId: RoomId; userId: UserId; servers: readonly []; content: JsonObject }): Promise<void>
}

const GUEST_ACCESS = 'm.room.guest_access'
/** Rooms per turn; each may send a leave for every guest in it. */
const BATCH = 20
/** Members asked about at once. */
const MEMBERS_PER_QUERY = 1_000
/** Nearly every event is of another type: one query a second finds those of this one. */
const REST: Milliseconds = 1_000

export const followGuestAccess = (rooms: Rooms, accounts: Accounts, parts: FollowerParts): Promise<Follower> =>
  follow(
    {
      name: 'rooms.guest_access',
      kinds: ['event'],
      batch: BATCH,
      rest: REST,
      // What was closed before the first start is history: nobody enters since.
      begin: 'head',
      read: (after, upTo, limit) => parts.database.run(guestAccessChanges, after, upTo, limit),
      handle: async (changes) => {
        for (const { room_nid, room_id } of changes) await removeGuests(rooms, accounts, room_nid, room_id as RoomId)
      },
    },
    parts,
  )

async function removeGuests(rooms: Rooms, accounts: Accounts, roomNid: number, roomId: RoomId): Promise<void> {
  const state = await rooms.currentState(roomId, [{ type: GUEST_ACCESS, stateKey: '' }])
  if (state === undefined || state.get(GUEST_ACCESS, '')?.content['guest_access'] === 'can_join') return
  const members = (await rooms.localMembersOf(roomNid)).filter(({ membership }) => membership === 'join')
  for (let at = 0; at < members.length; at += MEMBERS_PER_QUERY) {
    const some = members.slice(at, at + MEMBERS_PER_QUERY).map(({ userId }) => userId)
    for (const userId of await accounts.users.guestsAmong(some)) await leave(rooms, roomId, userId)
  }
}

/** A guest who cannot leave (banned a moment ago) must not hold up the others. */
async function leave(rooms: Rooms, roomId: RoomId, userId: UserId): Promise<void> {
  try {
    await rooms.leave({ roomId, userId, servers: [], content: { reason: 'The room is closed to guests.' } })
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error
  }
}
