// Events that relate to an event, the threads of a room, and one event.
// spec: client-server-api #relationships-between-events, modules/threading.md

import { notFound } from '#protocol/errors/errors.ts'
import type { EventId, RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from '../room/engine.ts'
import { relatedBefore, relatedBehind, threadRoots } from '../store/read-relations.ts'
import type { Reader } from './event-form.ts'
import { roomForReader, topological } from './history.ts'
import { type ShownEvent, showEvents } from './show-events.ts'
import { type Point, type TopologyPoint, tokenOf } from './tokens.ts'

const whole = { roomId: true, bundles: true }

/** @throws 404 when the event is not in the room, or the reader may not see it. */
export async function readEvent(engine: Engine, roomId: RoomId, eventId: EventId, reader: Reader): Promise<ShownEvent> {
  const known = await engine.log.byId(eventId)
  const [shown] =
    known?.event.roomId === roomId && known.position !== null ? await showEvents(engine, [known], reader, whole) : []
  if (!shown) throw notFound('The event does not exist, or you may not see it.')
  return shown
}

export interface RelatedRequest {
  readonly roomId: RoomId
  readonly eventId: EventId
  readonly relType: string | undefined
  readonly eventType: string | undefined
  readonly direction: 'b' | 'f'
  readonly from: Point | undefined
  readonly to: Point | undefined
  readonly limit: number
  /** Also what relates to the related events, down to `RECURSION_DEPTH`. */
  readonly recurse: boolean
}

export interface RelatedPage {
  readonly events: readonly ShownEvent[]
  /** Where the page began; undefined when it began at the end. */
  readonly start: string | undefined
  /** Undefined: there is no more. */
  readonly end: string | undefined
}

/** As many levels as the specification asks for at least: what relates to what relates to what relates to the event. */
export const RECURSION_DEPTH = 3

/** @throws 404 when the reader may not see the event. */
export async function readRelated(engine: Engine, request: RelatedRequest, reader: Reader): Promise<RelatedPage> {
  const { roomId, eventId, direction, limit } = request
  const { known } = await readEvent(engine, roomId, eventId, reader)
  const from = request.from && (await topological(engine, known.roomNid, request.from, direction === 'b'))
  const to = request.to && (await topological(engine, known.roomNid, request.to, direction === 'f'))
  const start = from ?? (direction === 'b' ? LAST : FIRST)
  const rows = await engine.parts.database.run(
    direction === 'b' ? relatedBefore : relatedBehind,
    known.roomNid,
    eventId,
    request.relType ?? null,
    request.eventType ?? null,
    start.depth,
    start.position,
    limit + 1,
    request.recurse ? RECURSION_DEPTH : 1,
  )
  const page = rows.slice(0, limit).filter((row) => to === undefined || isBefore(row, to, direction))
  const found = await engine.log.byNids(page.map((row) => row.event_nid))
  const events = page.flatMap((row) => found.get(row.event_nid) ?? [])
  const last = page.at(-1)
  const isMore = rows.length > limit && page.length === limit && last !== undefined
  return {
    events: await showEvents(engine, events, reader, whole),
    start: from && tokenOf(from),
    end: isMore ? tokenOf(pointAfter(last, direction)) : undefined,
  }
}

const FIRST: TopologyPoint = { kind: 'topology', depth: 0, position: Number.MIN_SAFE_INTEGER }
const LAST: TopologyPoint = {
  kind: 'topology',
  depth: Number.MAX_SAFE_INTEGER,
  position: Number.MAX_SAFE_INTEGER,
}

/** Is the row on the way to the point, and not beyond it? */
function isBefore(row: { depth: number; position: number }, to: TopologyPoint, direction: 'b' | 'f'): boolean {
  const isBehind = row.depth > to.depth || (row.depth === to.depth && row.position > to.position)
  return direction === 'b' ? isBehind : !isBehind
}

const pointAfter = ({ depth, position }: { depth: number; position: number }, direction: 'b' | 'f'): TopologyPoint => ({
  kind: 'topology',
  depth,
  position: direction === 'b' ? position - 1 : position,
})

export interface ThreadsRequest {
  readonly roomId: RoomId
  /** Only threads that the reader has written in. */
  readonly participated: boolean
  readonly from: Point | undefined
  readonly limit: number
}

/** Roots of threads, the one with the newest event first. @throws 403 for those who may not look into the room. */
export async function readThreads(engine: Engine, request: ThreadsRequest, reader: Reader): Promise<RelatedPage> {
  const { roomId, participated, from, limit } = request
  const { head } = await roomForReader(engine, roomId, reader.userId)
  const rows = await engine.parts.database.run(
    threadRoots,
    head.roomNid,
    from?.position ?? Number.MAX_SAFE_INTEGER,
    participated ? reader.userId : null,
    limit + 1,
  )
  const page = rows.slice(0, limit)
  const roots = await engine.inOrder(page.map((row) => row.parent_id as EventId))
  const last = page.at(-1)
  return {
    events: await showEvents(engine, roots, reader, whole),
    start: undefined,
    end: rows.length > limit && last ? tokenOf({ kind: 'arrival', position: last.latest }) : undefined,
  }
}
