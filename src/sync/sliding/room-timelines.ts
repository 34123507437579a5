// The timelines of the rooms that an answer tells: all rooms with one limit together.
// spec: proposals/4186 (timeline, limited, expanded_timeline)

import type { NodeHash, Rooms } from '#rooms/rooms.ts'
import { tokenOf } from '#rooms/rooms.ts'
import { type Asking, isWanted } from '../asking.ts'
import type { Window } from '../news.ts'
import { firstTimelines, stateAfterArrival, type Timeline, timelineOfArrivals } from '../timelines.ts'
import type { ChosenRoom } from './choose-rooms.ts'
import type { SlidingLook } from './look.ts'

/** Events beyond the limit that are read where some of them are of people whom the reader ignores. */
const MORE_TO_LOOK_AT = 50

/** The timelines of joined rooms, by room number. @param askingFor the request with a limit of events. */
export async function roomTimelines(
  rooms: Rooms,
  chosen: readonly ChosenRoom[],
  look: SlidingLook,
  askingFor: (limit: number) => Promise<Asking>,
): Promise<Map<number, Timeline>> {
  const timelines = new Map<number, Timeline>()
  const byLimit = Map.groupBy(chosen, ({ config }) => config.timelineLimit)
  await Promise.all(
    [...byLimit].map(async ([limit, some]) => {
      const asking = await askingFor(limit)
      const far: ChosenRoom[] = []
      const whole: ChosenRoom[] = []
      for (const each of some) {
        const arrivals = each.memory?.upTo === undefined ? look.arrivals.get(each.room.roomNid) : undefined
        if (each.after === undefined || each.isExpanded) whole.push(each)
        else if (arrivals) timelines.set(each.room.roomNid, timelineOfArrivals(asking, look.window, arrivals))
        else far.push(each)
      }
      const [first, missed] = await Promise.all([
        wholeTimelines(rooms, asking, look.window, whole),
        missedTimelines(rooms, asking, look.window, far, limit),
      ])
      for (const [roomNid, timeline] of [...first, ...missed]) timelines.set(roomNid, timeline)
    }),
  )
  return timelines
}

/** The newest events, whether or not the client knows some of them. */
async function wholeTimelines(
  rooms: Rooms,
  asking: Asking,
  { upTo }: Window,
  whole: readonly ChosenRoom[],
): Promise<[number, Timeline][]> {
  if (whole.length === 0) return []
  const refs = whole.map(({ room }) => room)
  const [timelines, before] = await Promise.all([
    firstTimelines(rooms, asking, upTo, refs),
    statesAt(
      rooms,
      whole.flatMap(({ room, after }) => (after === undefined ? [] : { roomNid: room.roomNid, position: after })),
    ),
  ])
  return refs.flatMap((ref) => {
    const timeline = timelines.get(ref)
    return timeline ? [[ref.roomNid, { ...timeline, previous: before.get(ref.roomNid) }]] : []
  })
}

/** What arrived since each room was told last. */
async function missedTimelines(
  rooms: Rooms,
  asking: Asking,
  { upTo }: Window,
  chosen: readonly ChosenRoom[],
  limit: number,
): Promise<[number, Timeline][]> {
  if (chosen.length === 0) return []
  const points = chosen.map(({ room, after = 0 }) => ({ roomNid: room.roomNid, position: after }))
  const busy = points.filter((_, index) => !chosen[index]?.isQuiet)
  const look = limit + 1 + (asking.ignored.size > 0 ? MORE_TO_LOOK_AT : 0)
  const [found, previous, ends] = await Promise.all([
    rooms.sync.newestByArrival(busy, upTo, look),
    statesAt(rooms, points),
    statesAt(
      rooms,
      busy.map(({ roomNid }) => ({ roomNid, position: upTo })),
    ),
  ])
  return points.map(({ roomNid }) => {
    const arrived = found.get(roomNid) ?? []
    const wanted = arrived.filter((known) => isWanted(asking, known))
    const events = limit === 0 ? [] : wanted.slice(-limit)
    const first = events[0]?.position
    const timeline = {
      events,
      limited: arrived.length === look || events.length < wanted.length,
      prevBatch: tokenOf({ kind: 'arrival', position: first ? first - 1 : upTo }),
      previous: previous.get(roomNid),
      start: undefined,
      end: ends.get(roomNid) ?? previous.get(roomNid),
    }
    return [roomNid, timeline]
  })
}

/** Names of the rooms' current states as they were at the points. */
async function statesAt(
  rooms: Rooms,
  points: readonly { readonly roomNid: number; readonly position: number }[],
): Promise<Map<number, NodeHash>> {
  const states = new Map<number, NodeHash>()
  const last = points.length === 0 ? [] : await rooms.sync.lastArrivals(points)
  for (const [index, { roomNid }] of points.entries()) {
    const state = stateAfterArrival(last[index])
    if (state) states.set(roomNid, state)
  }
  return states
}
