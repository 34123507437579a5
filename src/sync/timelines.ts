// The timelines of joined rooms: what arrived since the last time, or the newest events in the room's own order for who sees it first.
// spec: client-server-api #syncing (limited, prev_batch)

import type { Position } from '#platform/stream/stream.ts'
import { limitOf } from '#protocol/event-filter/event-filter.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import { before, type KnownEvent, type NodeHash, type Rooms, tokenOf } from '#rooms/rooms.ts'
import { type Asking, isWanted } from './asking.ts'
import type { Arrival, Window } from './news.ts'

const STANDARD_LIMIT = 10
const MOST_EVENTS = 200
/** Events looked at in one room when a filter passes few of them; the client goes on from `prev_batch`. */
const MOST_LOOKED_AT = 2_000

export interface RoomRef {
  readonly roomNid: number
  readonly roomId: RoomId
}

/** What to tell of a room, before it is known what the reader may see. */
export interface Timeline {
  readonly events: readonly KnownEvent[]
  readonly limited: boolean
  readonly prevBatch: string
  /** Names of the room's state where the client stands, where the timeline begins, and where it ends. Undefined: no state. */
  readonly previous: NodeHash | undefined
  readonly start: NodeHash | undefined
  readonly end: NodeHash | undefined
}

export const stateAfterArrival = (known: KnownEvent | undefined): NodeHash | undefined =>
  known && (known.stateCurrent ?? known.stateAfter)

const limitFor = ({ filter }: Asking): number => limitOf(filter.room.timeline.limit, STANDARD_LIMIT, MOST_EVENTS)

/** Whether the filter or ignored users can leave events out, so that more must be read than are told. */
const isSelective = ({ filter, ignored }: Asking): boolean => {
  const { types, notTypes, relatedBy } = filter.room.timeline
  return types !== undefined || notTypes !== undefined || relatedBy !== undefined || ignored.size > 0
}

/** Whether it takes the database to know which events are wanted: the filter asks who relates to them. */
export const asksForRelations = ({ filter }: Asking): boolean => filter.room.timeline.relatedBy !== undefined

/** Tells of each of the events whether it is wanted; at most one query for all. */
async function wish(
  rooms: Rooms,
  asking: Asking,
  events: Iterable<KnownEvent>,
): Promise<(known: KnownEvent) => boolean> {
  const { relatedBy } = asking.filter.room.timeline
  if (!relatedBy) return (known) => isWanted(asking, known)
  const asked = [...events].flatMap((known) => (isWanted(asking, known) ? known.event.eventId : []))
  const parents = await rooms.sync.relatedBy(asked, relatedBy)
  return ({ event }) => parents.has(event.eventId)
}

/** The events of a window that are all in memory. Asks nothing of anybody, so not for filters of relations. */
export function timelineOfArrivals(asking: Asking, window: Window, arrivals: readonly Arrival[]): Timeline {
  const limit = limitFor(asking)
  const wanted = arrivals.filter(({ known }) => isWanted(asking, known))
  const kept = limit === 0 ? [] : wanted.slice(-limit)
  const limited = kept.length < wanted.length
  const [first] = limited ? kept : arrivals
  const end = stateAfterArrival(arrivals.at(-1)?.known)
  return {
    events: kept.map(({ known }) => known),
    limited,
    prevBatch: arrivalToken(kept[0]?.position, window),
    previous: arrivals[0]?.currentBefore,
    start: first ? first.currentBefore : end,
    end,
  }
}

const arrivalToken = (first: Position | undefined, { upTo }: Window): string =>
  tokenOf({ kind: 'arrival', position: first === undefined ? upTo : first - 1 })

/** The events of a window read from the database, room by room in few queries. Rooms in which nothing arrived are there too. */
export async function timelinesOfWindow(
  rooms: Rooms,
  asking: Asking,
  window: Window,
  refs: readonly RoomRef[],
): Promise<Map<RoomRef, Timeline>> {
  if (refs.length === 0) return new Map()
  const limit = limitFor(asking)
  const points = refs.map(({ roomNid }) => ({ roomNid, position: window.after }))
  const found = await rooms.sync.newestByArrival(points, window.upTo, firstLook(asking, limit))
  const isWished = await wish(rooms, asking, [...found.values()].flat())
  const parts = await Promise.all(
    refs.map((ref) => partOfWindow(rooms, asking, window, ref, { events: found.get(ref.roomNid) ?? [], isWished })),
  )
  const starts = parts.map(({ ref, first }) => ({
    roomNid: ref.roomNid,
    position: first === undefined ? window.upTo : first - 1,
  }))
  const ends = refs.map(({ roomNid }) => ({ roomNid, position: window.upTo }))
  const states = await rooms.sync.lastArrivals([...points, ...starts, ...ends])
  const count = refs.length
  const timelines = new Map<RoomRef, Timeline>()
  for (const [index, { ref, events, limited, first }] of parts.entries()) {
    const previous = stateAfterArrival(states[index])
    timelines.set(ref, {
      events,
      limited,
      prevBatch: arrivalToken(events.length > 0 ? first : undefined, window),
      previous,
      start: limited ? stateAfterArrival(states[count + index]) : previous,
      end: stateAfterArrival(states[2 * count + index]),
    })
  }
  return timelines
}

const firstLook = (asking: Asking, limit: number): number => (isSelective(asking) ? Math.max(100, limit) : limit) + 1

/** Events that were read, and which of them are wanted. */
interface Chunk {
  readonly events: readonly KnownEvent[]
  readonly isWished: (known: KnownEvent) => boolean
}

interface WindowPart {
  readonly ref: RoomRef
  readonly events: readonly KnownEvent[]
  readonly limited: boolean
  /** Position of the first event told; undefined: none is. */
  readonly first: Position | undefined
}

async function partOfWindow(
  rooms: Rooms,
  asking: Asking,
  { after }: Window,
  ref: RoomRef,
  newest: Chunk,
): Promise<WindowPart> {
  const limit = limitFor(asking)
  const look = firstLook(asking, limit)
  let chunk = newest
  let events: KnownEvent[] = []
  let looked = 0
  for (;;) {
    looked += chunk.events.length
    events = [...chunk.events.filter(chunk.isWished), ...events]
    const more = chunk.events.length === look
    if (events.length > limit || !more || looked >= MOST_LOOKED_AT) {
      const kept = limit === 0 ? [] : events.slice(-limit)
      const limited = more || kept.length < events.length
      return { ref, events: kept, limited, first: kept[0]?.position ?? undefined }
    }
    const upTo = (chunk.events[0]?.position ?? after) - 1
    const older = await rooms.sync.newestByArrival([{ roomNid: ref.roomNid, position: after }], upTo, look)
    const read = older.get(ref.roomNid) ?? []
    chunk = { events: read, isWished: await wish(rooms, asking, read) }
  }
}

/** The newest events in topological order, for who sees the room for the first time. */
export async function firstTimelines(
  rooms: Rooms,
  asking: Asking,
  upTo: Position,
  refs: readonly RoomRef[],
): Promise<Map<RoomRef, Timeline>> {
  if (refs.length === 0) return new Map()
  const limit = limitFor(asking)
  const nids = refs.map(({ roomNid }) => roomNid)
  const [found, last] = await Promise.all([
    rooms.sync.newestByTopology(nids, upTo, firstLook(asking, limit)),
    rooms.sync.lastArrivals(nids.map((roomNid) => ({ roomNid, position: upTo }))),
  ])
  const isWished = await wish(rooms, asking, [...found.values()].flat())
  const timelines = new Map<RoomRef, Timeline>()
  for (const [index, ref] of refs.entries()) {
    const newest = found.get(ref.roomNid) ?? []
    const wanted = newest.filter(isWished)
    const kept = limit === 0 ? [] : wanted.slice(-limit)
    const first = kept.length < wanted.length || limit === 0 ? kept[0] : newest[0]
    const end = stateAfterArrival(last[index])
    timelines.set(ref, {
      events: kept,
      // Before the create event there is nothing; before anything else there may be more, here or at other servers.
      limited: first === undefined || first.event.type !== 'm.room.create',
      prevBatch: first
        ? tokenOf(before(first.event, first.position ?? 0))
        : tokenOf({ kind: 'arrival', position: upTo }),
      previous: undefined,
      start: first ? first.stateBefore : end,
      end,
    })
  }
  return timelines
}
