// What accounts decide and rooms must show: a new name or picture in every room of the person, and that they are gone.
// Followers with cursors of their own: a crash in the middle goes on where it was.
// spec: client-server-api #events-on-change-of-profile-information, #account-deactivation

import type { Accounts } from '#accounts/accounts.ts'
import { type Follower, type FollowerParts, follow } from '#platform/follow/follow.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { StateEvents } from './room/hot-room.ts'
import type { Draft } from './send-event.ts'
import type { UserRoom } from './user-room.ts'

/** What of the engine is needed here; the face offers it. */
interface Rooms {
  roomsOf(userId: UserId): Promise<readonly UserRoom[]>
  currentState(roomId: RoomId, keys: readonly { type: string; stateKey: string }[]): Promise<StateEvents | undefined>
  send(roomId: RoomId, draft: Draft): Promise<EventId>
  leave(leave: { roomId: RoomId; userId: UserId; servers: readonly []; content: JsonObject }): Promise<void>
}

/** Changes per turn; each may send an event to every room of a person. */
const BATCH = 20

/** Sends member events with the new profile. */
export const followProfiles = (rooms: Rooms, accounts: Accounts, parts: FollowerParts): Promise<Follower> =>
  follow(
    {
      name: 'rooms.profiles',
      kinds: ['profile'],
      batch: BATCH,
      read: (after, upTo, limit) => accounts.profiles.changes(after, upTo, limit),
      handle: async (changes) => {
        for (const { userId, displayName, avatarUrl } of changes) {
          const profile: JsonObject = {}
          if (displayName !== undefined) profile['displayname'] = displayName
          if (avatarUrl !== undefined) profile['avatar_url'] = avatarUrl
          await inEachRoom(rooms, userId, ['join'], (room) => showProfile(rooms, room, userId, profile))
        }
      },
    },
    parts,
  )

/** Takes deactivated people out of their rooms. */
export const followDeactivations = (rooms: Rooms, accounts: Accounts, parts: FollowerParts): Promise<Follower> =>
  follow(
    {
      name: 'rooms.deactivations',
      kinds: ['account'],
      batch: BATCH,
      read: (after, upTo, limit) => accounts.users.changes(after, upTo, limit),
      handle: async (changes) => {
        for (const { account } of changes) {
          if (!account.isDeactivated) continue
          const { userId } = account
          await inEachRoom(rooms, userId, ['join', 'invite', 'knock'], ({ roomId }) =>
            rooms.leave({ roomId, userId, servers: [], content: {} }),
          )
        }
      },
    },
    parts,
  )

/** The member event as it is, with another name and picture. */
async function showProfile(rooms: Rooms, { roomId }: UserRoom, userId: UserId, profile: JsonObject): Promise<void> {
  const key = { type: 'm.room.member', stateKey: userId }
  const content = (await rooms.currentState(roomId, [key]))?.get(key.type, key.stateKey)?.content
  if (content?.['membership'] !== 'join') return
  // A vouched-for join stays one; the voucher is named for the first join only.
  const { displayname, avatar_url, join_authorised_via_users_server, ...rest } = content
  await rooms.send(roomId, { ...key, sender: userId, content: { ...rest, ...profile } })
}

/** A room that refuses (its rules have changed meanwhile) must not hold up the others. */
async function inEachRoom(
  rooms: Rooms,
  userId: UserId,
  memberships: readonly UserRoom['membership'][],
  act: (room: UserRoom) => Promise<unknown>,
): Promise<void> {
  for (const room of await rooms.roomsOf(userId)) {
    if (!memberships.includes(room.membership)) continue
    try {
      await act(room)
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error
    }
  }
}
