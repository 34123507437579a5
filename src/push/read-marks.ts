// How far a user has read, and in which threads events are.
// spec: client-server-api/modules/receipts.md #threaded-read-receipts; modules/push.md #receiving-notifications

import { type FindEvents, type PlacedReceipt, type ThreadId, threadsOfEvents } from '#ephemeral/ephemeral.ts'
import type { Position } from '#platform/stream/stream.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { Rooms } from '#rooms/rooms.ts'

/** How far a user has read in a room. */
export interface Marks {
  readonly unthreaded: Position
  readonly threads: ReadonlyMap<ThreadId, Position>
}

/** The thread of each event. */
export async function threadMap(
  events: readonly RoomEvent[],
  rooms: Pick<Rooms, 'events'>,
): Promise<ReadonlyMap<EventId, ThreadId>> {
  const find: FindEvents = async (ids) => (await rooms.events(ids)).map((known) => known.event)
  const threads = await threadsOfEvents(events, find)
  return new Map(events.map((event, index) => [event.eventId, threads[index] ?? 'main']))
}

/** Of a user's receipts in one room. Of `m.read` and `m.read.private` the one that is further ahead counts. */
export function marksOf(receipts: readonly PlacedReceipt[]): Marks {
  let unthreaded = 0
  const threads = new Map<ThreadId, Position>()
  for (const { threadId, eventPosition = 0 } of receipts) {
    if (threadId === undefined) unthreaded = Math.max(unthreaded, eventPosition)
    else threads.set(threadId, Math.max(threads.get(threadId) ?? 0, eventPosition))
  }
  return { unthreaded, threads }
}

export const isRead = ({ unthreaded, threads }: Marks, thread: ThreadId, position: Position): boolean =>
  position <= Math.max(unthreaded, threads.get(thread) ?? 0)
