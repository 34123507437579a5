// Rooms that the user has left, was put out of, or whose invitation has ended: told up to that point and no further.
// spec: client-server-api, GET /_matrix/client/v3/sync (rooms.leave); #room-membership

import { type KnownEvent, type Rooms, tokenOf, type UserRoom } from '#rooms/rooms.ts'
import type { Asking } from './asking.ts'
import type { Window } from './news.ts'
import type { RoomWish } from './room-sections.ts'
import { firstTimelines, type Timeline, timelinesOfWindow } from './timelines.ts'

/** What to tell of a room that was left; `own`: nothing but the user's own membership event, whatever the room's history allows. */
export type LeftRoom =
  | { readonly room: UserRoom; readonly kind: 'history'; readonly wish: RoomWish }
  | { readonly room: UserRoom; readonly kind: 'own'; readonly known: KnownEvent; readonly prevBatch: string }

/** @param after where the client stands; undefined: nowhere, archived rooms are told whole. */
export async function leftRoom(
  rooms: Rooms,
  asking: Asking,
  after: Window['after'] | undefined,
  room: UserRoom,
): Promise<LeftRoom | undefined> {
  const known = (await rooms.eventsByNid([room.eventNid])).get(room.eventNid)
  const upTo = room.since
  const prevBatch = tokenOf({ kind: 'arrival', position: upTo })
  const own: LeftRoom | undefined = known && { room, kind: 'own', known, prevBatch }
  if (after !== undefined) {
    const window = { after, upTo }
    const timeline = (await timelinesOfWindow(rooms, asking, window, [room])).get(room)
    if (timeline && (await wasJoined(rooms, asking, timeline.previous)))
      return history(room, timeline, asking.fullState)
  }
  // They came and went since the client asked last, or the client asks for what is archived.
  if (!known?.stateBefore || !(await wasJoined(rooms, asking, known.stateBefore))) return own
  const timeline = (await firstTimelines(rooms, asking, upTo, [room])).get(room)
  return timeline ? history(room, timeline, true) : own
}

const history = (room: UserRoom, timeline: Timeline, whole: boolean): LeftRoom => ({
  room,
  kind: 'history',
  wish: { ref: room, timeline, whole, isLeft: true, related: undefined },
})

async function wasJoined(rooms: Rooms, { userId }: Asking, state: Timeline['previous']): Promise<boolean> {
  if (!state) return false
  const [entry] = await rooms.sync.entriesAt(state, [{ type: 'm.room.member', stateKey: userId }])
  return entry?.membership === membershipJoin
}

/** As the state map notes it. */
const membershipJoin = 1
