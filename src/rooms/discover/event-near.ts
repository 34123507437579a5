// The event nearest to a point in time: of our history, and where that has a gap there, of others'.
// spec: client-server-api, GET /rooms/{roomId}/timestamp_to_event; server-server-api, GET /timestamp_to_event/{roomId}

import { notFound } from '#protocol/errors/errors.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Reader } from '../read/event-form.ts'
import { roomForReader } from '../read/history.ts'
import { showEvents } from '../read/show-events.ts'
import { fetchOldEvent } from '../remote/backfill.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import type { RoomHead } from '../room/room-head.ts'
import { eventsSince, eventsUntil, gapAround } from '../store/read-room.ts'

export interface NearRequest {
  readonly roomId: RoomId
  /** Milliseconds since 1970. */
  readonly time: number
  /** `f`: at or after the time; `b`: at or before it. */
  readonly direction: 'b' | 'f'
}

/** Events looked at around the time, to find one that the reader may see. */
const MOST_NEAR = 50
/** Servers asked: a person waits. */
const MOST_SERVERS = 3

/** @throws 403 for those who may not look into the room, 404 when there is none that the reader may see. */
export async function eventNearForReader(
  engine: Engine,
  asked: NearRequest,
  reader: Reader,
  signal?: AbortSignal,
): Promise<KnownEvent> {
  const { head } = await roomForReader(engine, asked.roomId, reader.userId)
  const [own] = await show(engine, await eventsNear(engine, head, asked, MOST_NEAR), reader)
  const nearer = (await hasGap(engine, head, asked)) ? await askOthers(engine, head, asked, own, signal) : undefined
  const [shown] = nearer ? await show(engine, [nearer], reader) : []
  const found = shown ?? own
  if (!found) throw notFound('There is no event of this room at that time, in that direction.')
  return found
}

/** Of our history. The caller has checked that the server is in the room. @throws 404 */
export async function eventNearForServer(engine: Engine, asked: NearRequest): Promise<KnownEvent> {
  const head = (await engine.room(asked.roomId))?.committed
  const [found] = head ? await eventsNear(engine, head, asked, 1) : []
  if (!found) throw notFound('There is no event of this room at that time, in that direction.')
  return found
}

const show = async (engine: Engine, events: readonly KnownEvent[], reader: Reader): Promise<KnownEvent[]> =>
  (await showEvents(engine, events, reader, { roomId: true })).map(({ known }) => known)

async function eventsNear(
  engine: Engine,
  head: RoomHead,
  { direction, time }: Pick<NearRequest, 'direction' | 'time'>,
  limit: number,
): Promise<KnownEvent[]> {
  const near = direction === 'f' ? eventsSince : eventsUntil
  const rows = await engine.parts.database.run(near, head.roomNid, time, limit)
  return rows.map((row) => engine.log.known(row))
}

/** Does our history lack something between the last event before the time and the first one after it? */
async function hasGap(engine: Engine, head: RoomHead, { time }: NearRequest): Promise<boolean> {
  const [[earlier], [later]] = await Promise.all([
    eventsNear(engine, head, { direction: 'b', time }, 1),
    eventsNear(engine, head, { direction: 'f', time }, 1),
  ])
  const depths = [earlier?.event.depth ?? 0, later?.event.depth ?? Number.MAX_SAFE_INTEGER]
  // A gap is noted one above the missing event's depth at the most.
  const [low, high] = [Math.max(0, Math.min(...depths) - 1), Math.max(...depths)]
  return (await engine.parts.database.one(gapAround, head.roomNid, low, high)) !== undefined
}

/** An event that is nearer than ours, from the first server that has one; it is put into our history, so that the reader can go on from it. */
async function askOthers(
  engine: Engine,
  head: RoomHead,
  asked: NearRequest,
  own: KnownEvent | undefined,
  signal: AbortSignal | undefined,
): Promise<KnownEvent | undefined> {
  const { serverName, transport } = engine.parts
  const others = head.serverNames.filter((server) => server !== serverName).slice(0, MOST_SERVERS)
  for (const server of others) {
    const answer = await transport.getEventNear(server, asked, signal)
    if (!answer.ok || !isNearer(answer.value.originServerTs, asked, own)) continue
    const known = await engine.log.byId(answer.value.eventId)
    const isHere = known?.roomNid === head.roomNid && known.position !== null
    const found = isHere ? known : await fetchOldEvent(engine, server, head.roomId, answer.value.eventId, signal)
    // What the server said of its time was only its word.
    if (found && isNearer(found.event.originServerTs, asked, own)) return found
  }
  return undefined
}

function isNearer(at: number, { time, direction }: NearRequest, own: KnownEvent | undefined): boolean {
  const distance = direction === 'f' ? at - time : time - at
  return distance >= 0 && (own === undefined || distance < Math.abs(own.event.originServerTs - time))
}
