// Whose devices a client must look at anew because rooms are shared with them now, and with whom none is shared any more.
// spec: client-server-api #e2e-extensions-to-sync (device_lists)

import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { Rooms } from '#rooms/rooms.ts'
import type { RoomWish } from './room-sections.ts'

export interface PeopleMoved {
  /** Came into a room with the user, or were there when the user came. */
  readonly joined: ReadonlySet<UserId>
  /** Left a room that the user is in, or stayed when the user left; they may share another. */
  readonly left: ReadonlySet<UserId>
}

const JOINED = 1

/** @param left wishes of rooms that the user has left. */
export async function peopleMoved(
  rooms: Rooms,
  userId: UserId,
  stayed: readonly RoomWish[],
  left: readonly RoomWish[],
): Promise<PeopleMoved> {
  const joinedUsers = new Set<UserId>()
  const leftUsers = new Set<UserId>()
  for (const { timeline, whole } of stayed) {
    const from = whole ? undefined : timeline.previous
    if (from === timeline.end) continue
    for (const { before, after } of await rooms.stateDifference(from, timeline.end)) {
      const entry = after ?? before
      if (entry?.type !== 'm.room.member' || before?.membership === after?.membership) continue
      if (after?.membership === JOINED) joinedUsers.add(entry.stateKey as UserId)
      else if (before?.membership === JOINED) leftUsers.add(entry.stateKey as UserId)
    }
  }
  for (const { timeline } of left) {
    if (!timeline.end) continue
    for (const { type, stateKey, membership } of await rooms.stateEntries(timeline.end)) {
      if (type === 'm.room.member' && membership === JOINED) leftUsers.add(stateKey as UserId)
    }
  }
  joinedUsers.delete(userId)
  leftUsers.delete(userId)
  return { joined: joinedUsers, left: leftUsers }
}
