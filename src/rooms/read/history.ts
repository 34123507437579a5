// The history of a room, page by page, and the surroundings of one event.
// spec: client-server-api, GET /rooms/{roomId}/messages, GET /rooms/{roomId}/context/{eventId}

import { forbidden, notFound } from '#protocol/errors/errors.ts'
import type { RoomEventFilter } from '#protocol/event-filter/event-filter.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import type { RoomHead } from '../room/room-head.ts'
import { membershipCodes } from '../state/state-map.ts'
import { deepestUpTo, eventsBefore, eventsBehind, leastDepthAfter, type StoredEvent } from '../store/read-events.ts'
import { membershipInRoom } from '../store/read-memberships.ts'
import { endOfStay } from './end-of-stay.ts'
import type { Reader } from './event-form.ts'
import { passing } from './related-by.ts'
import { type ShownEvent, showEvents } from './show-events.ts'
import { before, behind, type Point, type TopologyPoint, tokenOf } from './tokens.ts'
import { isWorldReadable } from './viewable-state.ts'

export interface PageRequest {
  readonly roomId: RoomId
  readonly direction: 'b' | 'f'
  readonly from: Point | undefined
  readonly to: Point | undefined
  readonly limit: number
  readonly filter: RoomEventFilter | undefined
}

export interface Page {
  readonly events: readonly ShownEvent[]
  readonly start: string
  /** Undefined: there is no more. */
  readonly end: string | undefined
  /** Member events of the senders, when the filter lazy-loads members. */
  readonly state: readonly ShownEvent[]
}

/** Called when a page reaches the end of what we have, so that more is fetched from other servers; true: there is more now. */
export type FetchHistory = (head: RoomHead, before: Point) => Promise<boolean>

/** Events read per query. */
const CHUNK = 100
/** Events looked at for one page, however few of them pass the filter; the client goes on from `end`. */
const MOST_LOOKED_AT = 2_000
/** Behind every event that is here now: what comes later is not before it, so that a client can go on from there. */
const NEWEST: Point = { kind: 'arrival', position: Number.MAX_SAFE_INTEGER }
/** Behind every event. */
const LAST: TopologyPoint = { kind: 'topology', depth: Number.MAX_SAFE_INTEGER, position: Number.MAX_SAFE_INTEGER }

export async function readPage(
  engine: Engine,
  request: PageRequest,
  reader: Reader,
  fetchHistory?: FetchHistory,
): Promise<Page> {
  const { roomId, direction, limit } = request
  const { head, left } = await roomForReader(engine, roomId, reader.userId)
  const back = direction === 'b'
  const start = await topological(engine, head.roomNid, request.from ?? defaultStart(direction, left), back)
  const to = request.to && (await topological(engine, head.roomNid, request.to, !back))

  const shown: ShownEvent[] = []
  let at = start
  let more = true
  for (let looked = 0; shown.length < limit && more && looked < MOST_LOOKED_AT; ) {
    let chunk = await readChunk(engine, head.roomNid, direction, at, Math.min(CHUNK, Math.max(limit, 20)))
    if (chunk.length === 0 && direction === 'b' && (await fetchHistory?.(head, at))) {
      chunk = await readChunk(engine, head.roomNid, direction, at, CHUNK)
    }
    more = chunk.length > 0
    const within = to ? chunk.filter((known) => isWithin(known, to, direction)) : chunk
    if (within.length < chunk.length) more = false
    const matching = await passing(engine, request.filter, within)
    const seen = await showEvents(engine, matching, reader, { roomId: true, bundles: true })
    const room = limit - shown.length
    shown.push(...seen.slice(0, room))
    const last = seen.length > room ? seen[room - 1]?.known : within.at(-1)
    if (seen.length > room) more = true
    if (last) at = direction === 'b' ? before(last.event, last.position ?? 0) : behind(last.event, last.position ?? 0)
    looked += chunk.length
  }
  const atBeginning = direction === 'b' && shown.at(-1)?.known.event.type === 'm.room.create'
  const members = request.filter?.lazyLoadMembers ? await membersOf(engine, shown, reader) : []
  return { events: shown, start: tokenOf(start), end: more && !atBeginning ? tokenOf(at) : undefined, state: members }
}

export interface Surroundings {
  readonly event: ShownEvent
  readonly before: readonly ShownEvent[]
  readonly after: readonly ShownEvent[]
  readonly start: string
  readonly end: string
  readonly state: readonly ShownEvent[]
}

/** @throws 404 when the event does not exist or may not be seen. */
export async function readSurroundings(
  engine: Engine,
  asked: { roomId: RoomId; eventId: EventId; limit: number; filter: RoomEventFilter | undefined },
  reader: Reader,
): Promise<Surroundings> {
  const { head } = await roomForReader(engine, asked.roomId, reader.userId)
  const known = await engine.log.byId(asked.eventId)
  const [event] =
    known?.roomNid === head.roomNid && known.position !== null
      ? await showEvents(engine, [known], reader, { roomId: true, bundles: true })
      : []
  if (!event || !known) throw notFound('The event does not exist, or you may not see it.')
  const position = known.position ?? 0
  const half = Math.floor(asked.limit / 2)
  const [earlier, later] = await Promise.all([
    readAround(engine, head, 'b', before(known.event, position), asked.limit - half, asked.filter, reader),
    readAround(engine, head, 'f', behind(known.event, position), half, asked.filter, reader),
  ])
  const last = later.events.at(-1)?.known ?? known
  return {
    event,
    before: earlier.events,
    after: later.events,
    start: earlier.end,
    end: later.end,
    state: await stateAround(engine, last, [event, ...earlier.events, ...later.events], asked.filter, reader),
  }
}

/** Some events before or behind a point, that the reader may see, and the point behind them. */
export async function readAround(
  engine: Engine,
  head: Pick<RoomHead, 'roomNid'>,
  direction: 'b' | 'f',
  from: TopologyPoint,
  limit: number,
  filter: RoomEventFilter | undefined,
  reader: Reader,
): Promise<{ events: ShownEvent[]; end: string }> {
  if (limit === 0) return { events: [], end: tokenOf(from) }
  const chunk = await readChunk(engine, head.roomNid, direction, from, Math.max(limit * 2, 20))
  const matching = await passing(engine, filter, chunk)
  const events = (await showEvents(engine, matching, reader, { roomId: true, bundles: true })).slice(0, limit)
  const last = events.at(-1)?.known ?? chunk.at(-1)
  if (!last) return { events, end: tokenOf(from) }
  const step = direction === 'b' ? before : behind
  return { events, end: tokenOf(step(last.event, last.position ?? 0)) }
}

/** The state after the last event, or only the members who speak when the filter asks for that. */
async function stateAround(
  engine: Engine,
  last: KnownEvent,
  shown: readonly ShownEvent[],
  filter: RoomEventFilter | undefined,
  reader: Reader,
): Promise<ShownEvent[]> {
  if (!last.stateAfter) return []
  const root = await engine.nodes.ensureAll(engine.root(last.stateAfter))
  const speakers = new Set<string>(shown.map(({ known }) => known.event.sender))
  const entries = [...engine.nodes.trie.entries(root)].filter(
    ({ type, stateKey }) => !filter?.lazyLoadMembers || type !== 'm.room.member' || speakers.has(stateKey),
  )
  const events = await engine.log.byNids(entries.map((entry) => entry.eventNid))
  return showEvents(engine, [...events.values()], reader, { roomId: true, visible: true, plain: true })
}

/** The member events of those who speak, as they are at the first event of the page. */
async function membersOf(engine: Engine, shown: readonly ShownEvent[], reader: Reader): Promise<ShownEvent[]> {
  const state = shown[0]?.known.stateAfter
  if (!state) return []
  const senders = new Set(shown.map(({ known }) => known.event.sender))
  const keys = [...senders].map((stateKey) => ({ type: 'm.room.member', stateKey }))
  const members = await engine.stateEventsAt(engine.root(state), keys)
  const events = keys.flatMap(({ type, stateKey }) => members.known(type, stateKey) ?? [])
  return showEvents(engine, events, reader, { roomId: true, visible: true, plain: true })
}

/**
 * The room, for someone who may look into its history: a member, one who was a member, or anyone when it is world readable.
 *
 * `left`: the event with which the reader's last stay ended; undefined for members and those who were never in.
 * @throws 403 `room/not-a-member` for everyone else, whether or not the room exists.
 */
export async function roomForReader(
  engine: Engine,
  roomId: RoomId,
  userId: UserId,
): Promise<{ head: RoomHead; left: KnownEvent | undefined }> {
  const room = await engine.room(roomId)
  const head = room?.committed
  if (head?.state) {
    const row = await engine.parts.database.one(membershipInRoom, head.roomNid, userId)
    if (row?.membership === membershipCodes.join) return { head, left: undefined }
    const left = row && !row.forgotten ? await endOfStay(engine, row.event_nid, userId) : undefined
    if (left || (await isWorldReadable(engine, head))) return { head, left }
  }
  throw forbidden(
    'room/not-a-member',
    'You are not in this room, and its history is for members. Ask for an invitation.',
  )
}

/** A reader who has left starts where they left. */
function defaultStart(direction: 'b' | 'f', left: KnownEvent | undefined): Point {
  if (direction === 'f') return { kind: 'topology', depth: 0, position: Number.MIN_SAFE_INTEGER }
  return left ? { kind: 'arrival', position: left.position ?? 0 } : NEWEST
}

/**
 * A point in the order of arrival as one in the topological order, so that no event is lost between the two: with `earlier` behind
 * everything that had arrived by then, else before everything that came later. An event may then come twice, never not at all.
 */
export async function topological(
  engine: Engine,
  roomNid: number,
  point: Point,
  earlier: boolean,
): Promise<TopologyPoint> {
  if (point.kind === 'topology') return point
  const { database } = engine.parts
  if (!earlier) {
    const later = await database.one(leastDepthAfter, roomNid, point.position)
    if (later && later.depth !== null) return { kind: 'topology', depth: later.depth - 1, position: LAST.position }
  }
  const row = await database.one(deepestUpTo, roomNid, point.position)
  return { kind: 'topology', depth: row?.depth ?? 0, position: row?.position ?? 0 }
}

async function readChunk(
  engine: Engine,
  roomNid: number,
  direction: 'b' | 'f',
  from: TopologyPoint,
  limit: number,
): Promise<KnownEvent[]> {
  const { depth, position } = from
  const { database } = engine.parts
  const rows: StoredEvent[] =
    direction === 'b'
      ? await database.run(eventsBefore, roomNid, depth, Math.min(position + 1, Number.MAX_SAFE_INTEGER), limit)
      : await database.run(eventsBehind, roomNid, depth, position, limit)
  return rows.map((row) => engine.log.known(row))
}

function isWithin({ event, position }: KnownEvent, to: TopologyPoint, direction: 'b' | 'f'): boolean {
  const { depth, position: end } = to
  const isBehind = event.depth > depth || (event.depth === depth && (position ?? 0) > end)
  return direction === 'b' ? isBehind : !isBehind
}
