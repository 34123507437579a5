// Which joined rooms an answer tells, and how much of each: all of a room that is new to the client, else what arrived.
// spec: client-server-api, GET /_matrix/client/v3/sync (rooms.join, full_state)

import type { EventId, RoomId } from '#protocol/identifiers/identifiers.ts'
import { relationOf } from '#protocol/relations/relations.ts'
import { type Rooms, tokenOf, type UserRoom } from '#rooms/rooms.ts'
import type { Asking } from './asking.ts'
import type { RoomsOfUser } from './attendance.ts'
import type { Arrival, News, Window } from './news.ts'
import type { RoomWish } from './room-sections.ts'
import {
  asksForRelations,
  firstTimelines,
  stateAfterArrival,
  type Timeline,
  timelineOfArrivals,
  timelinesOfWindow,
} from './timelines.ts'

/** The rooms of a first answer: all that the user has joined. */
export async function firstWishes(
  rooms: Rooms,
  asking: Asking,
  upTo: Window['upTo'],
  joined: readonly UserRoom[],
): Promise<RoomWish[]> {
  const timelines = await firstTimelines(rooms, asking, upTo, joined)
  return wishesOf(joined, timelines, true)
}

/** The rooms with events in the window; with `full_state` all of them. */
export async function newWishes(
  rooms: Rooms,
  asking: Asking,
  window: Window,
  found: { readonly news: News; readonly mine: RoomsOfUser },
): Promise<RoomWish[]> {
  const { news, mine } = found
  const isAsked = ({ membership, roomId }: UserRoom) => membership === 'join' && asking.filter.room.includesRoom(roomId)
  const newly = await newlyJoined(rooms, asking, window, news.memberships.filter(isAsked))
  const stayed = asking.fullState ? joinedRooms(asking, mine) : [...news.rooms.keys()].filter(isAsked)
  const inMemory = !asking.fullState && !asksForRelations(asking)
  const near: RoomWish[] = []
  const far: UserRoom[] = []
  for (const room of stayed) {
    if (newly.has(room)) continue
    const arrivals = news.rooms.get(room)
    if (arrivals && inMemory) near.push(nearWish(asking, window, room, arrivals))
    else far.push(room)
  }
  if (newly.size === 0 && far.length === 0) return near
  const [first, read] = await Promise.all([
    firstTimelines(rooms, asking, window.upTo, [...newly]),
    timelinesOfWindow(rooms, asking, window, far),
  ])
  return [...wishesOf([...newly], first, true), ...near, ...wishesOf(far, read, asking.fullState)]
}

/** A room in which nothing happened but beside its events: receipts, typing, account data. */
export const quietWish = (room: UserRoom, { upTo }: Window): RoomWish => ({
  ref: room,
  timeline: {
    events: [],
    limited: false,
    prevBatch: tokenOf({ kind: 'arrival', position: upTo }),
    previous: undefined,
    start: undefined,
    end: undefined,
  },
  whole: false,
  isLeft: false,
  related: new Set(),
})

/** The room, if the user has joined it and the filter lets it through. */
export function joinedRoom({ filter }: Asking, mine: RoomsOfUser, roomId: RoomId): UserRoom | undefined {
  const room = mine.get(roomId)
  return room?.membership === 'join' && filter.room.includesRoom(roomId) ? room : undefined
}

/** All joined rooms that the filter lets through: for first answers, and where memory does not reach back. */
export function joinedRooms({ filter }: Asking, rooms: RoomsOfUser): UserRoom[] {
  const joined: UserRoom[] = []
  for (const room of rooms.values()) {
    if (room.membership === 'join' && filter.room.includesRoom(room.roomId)) joined.push(room)
  }
  return joined
}

function nearWish(asking: Asking, window: Window, room: UserRoom, arrivals: readonly Arrival[]): RoomWish {
  return {
    ref: room,
    timeline: timelineOfArrivals(asking, window, arrivals),
    whole: false,
    isLeft: false,
    related: parentsOf(arrivals),
  }
}

/** An event that has only just arrived is related to by none but those that arrived with it. */
export function parentsOf(arrivals: readonly Arrival[]): ReadonlySet<EventId> {
  const parents = new Set<EventId>()
  if (arrivals.length < 2) return parents
  for (const { known } of arrivals) {
    const parent = relationOf(known.event.content)?.parent
    if (parent !== undefined) parents.add(parent)
  }
  return parents
}

/** Of the rooms whose membership event is new, those that the user was not in before: a changed display name is no join. */
async function newlyJoined(
  rooms: Rooms,
  { userId }: Asking,
  { after }: Window,
  changed: readonly UserRoom[],
): Promise<Set<UserRoom>> {
  if (changed.length === 0) return new Set()
  const last = await rooms.sync.lastArrivals(changed.map(({ roomNid }) => ({ roomNid, position: after })))
  const own = [{ type: 'm.room.member', stateKey: userId }]
  const wasIn = await Promise.all(
    last.map(async (known) => {
      const state = stateAfterArrival(known)
      const [entry] = state ? await rooms.sync.entriesAt(state, own) : []
      return entry?.membership === JOINED
    }),
  )
  return new Set(changed.filter((_, index) => !wasIn[index]))
}

/** `join`, as the state map notes it. */
const JOINED = 1

function wishesOf(
  refs: readonly UserRoom[],
  timelines: ReadonlyMap<{ readonly roomId: RoomId }, Timeline>,
  whole: boolean,
): RoomWish[] {
  return refs.flatMap((ref) => {
    const timeline = timelines.get(ref)
    return timeline ? { ref, timeline, whole, isLeft: false, related: undefined } : []
  })
}
