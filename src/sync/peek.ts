// What is said in one room, for somebody who looks into it without being there.
// spec: client-server-api, GET /_matrix/client/v3/events (peekEvents); modules/guest_access.md, modules/history_visibility.md

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Reader, ShownEvent } from '#rooms/rooms.ts'
import { LONGEST_WAIT } from './asking.ts'
import type { Attendance } from './attendance.ts'
import type { ReadingParts } from './reading.ts'
import { parseSince, tokenOfSince } from './since-token.ts'

/** The newest of what has been said since are told. */
const MOST_EVENTS = 100

export interface PeekRequest {
  readonly roomId: RoomId
  readonly reader: Reader
  /** A token of /sync or of an earlier peek. */
  readonly from: string
  readonly timeout?: Milliseconds | undefined
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
  /** Aborted when the server stops. */
  readonly draining: AbortSignal
}

export interface PeekedEvents {
  readonly events: readonly ShownEvent[]
  readonly end: string
}

/** @throws 400 `M_INVALID_PARAM` for a token that is none; 403 for those who may not look into the room. */
export async function peek(parts: ReadingParts, clock: Clock, request: PeekRequest): Promise<PeekedEvents> {
  const attendance = parts.users.attendRoom(request.reader.userId, request.roomId)
  try {
    return await peekInTime(parts, clock, request, attendance)
  } finally {
    attendance.leave()
  }
}

async function peekInTime(
  parts: ReadingParts,
  clock: Clock,
  { roomId, reader, from, timeout = 0, signal, draining }: PeekRequest,
  attendance: Attendance,
): Promise<PeekedEvents> {
  const since = parseSince(from)
  const until = clock.now() + Math.min(timeout, LONGEST_WAIT)
  for (;;) {
    attendance.rest()
    // Each time anew: the room may have been closed to the world since.
    await parts.rooms.reading.refuseUnlessMember(roomId, reader)
    const { head } = parts.stream
    const events = await eventsBetween(parts, { roomId, reader }, { after: since.position, upTo: head })
    const answer = { events, end: tokenOfSince({ ...since, position: Math.max(head, since.position) }) }
    if (events.length > 0 || draining.aborted) return answer
    const woken = await attendance.woken(until - clock.now(), signal)
    signal.throwIfAborted()
    if (!woken) return answer
  }
}

async function eventsBetween(
  { rooms }: ReadingParts,
  { roomId, reader }: Pick<PeekRequest, 'roomId' | 'reader'>,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): Promise<ShownEvent[]> {
  const room = await rooms.head(roomId)
  if (!room) return []
  const newest = await rooms.newestEvents(room.roomNid, after, upTo, MOST_EVENTS)
  return rooms.show(newest.toReversed(), reader, { roomId: true })
}
