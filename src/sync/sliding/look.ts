// What has happened to a user since their connection was told last, and their rooms in order, all as of one position.
// spec: proposals/4186 (room results)

import type { Position } from '#platform/stream/stream.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { UserRoom } from '#rooms/rooms.ts'
import type { ActiveUser, RoomsOfUser } from '../attendance.ts'
import { type Arrival, type News, newsFromFacts, newsFromRooms, type Window } from '../news.ts'
import type { ReadingParts } from '../reading.ts'
import type { RecentRoom, RecentRooms } from './recent-rooms.ts'

export interface SlidingLook {
  readonly window: Window
  readonly mine: RoomsOfUser
  readonly recent: readonly RecentRoom[]
  /** Undefined: the connection begins. */
  readonly news: News | undefined
  /** Rooms with events, and those events where they are in memory. */
  readonly arrivals: ReadonlyMap<number, readonly Arrival[] | undefined>
  /** Rooms in which the user's own membership event is new. */
  readonly moved: ReadonlySet<number>
}

/** @param after where reading begins; undefined: at the beginning. */
export async function lookForNews(
  { users, stream }: Pick<ReadingParts, 'users' | 'stream'>,
  order: RecentRooms,
  user: ActiveUser,
  after: Position | undefined,
): Promise<SlidingLook> {
  for (;;) {
    const mine = await users.roomsOf(user)
    await order.prepare(user, mine)
    if (user.rooms !== mine) continue
    // From here to the end nothing is waited for: all is as of one position.
    const recent = order.upToDate(mine)
    if (!recent) {
      await users.freshRoomsOf(user)
      continue
    }
    const window = { after: Math.min(after ?? 0, stream.head), upTo: stream.head }
    if (after === undefined) {
      return { window, mine, recent, news: undefined, arrivals: new Map(), moved: new Set() }
    }
    const facts = stream.since(window.after)
    if (facts) return withNews(window, mine, recent, newsFromFacts(facts, window, user.userId, mine))
    // Too far back for memory: the positions of the rooms tell where something happened.
    const now = new Map<RoomId, UserRoom>()
    for (const { room, position } of recent) now.set(room.roomId, { ...room, roomPosition: position })
    return withNews(window, now, recent, newsFromRooms(window, now.values()))
  }
}

function withNews(window: Window, mine: RoomsOfUser, recent: readonly RecentRoom[], news: News): SlidingLook {
  const arrivals = new Map([...news.rooms].map(([room, events]) => [room.roomNid, events]))
  const moved = new Set(news.memberships.map(({ roomNid }) => roomNid))
  return { window, mine, recent, news, arrivals, moved }
}
