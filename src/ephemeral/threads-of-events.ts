// Which threads events are in, for many events with at most one question per hop.
// spec: client-server-api/modules/receipts.md #threaded-read-receipts

import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import { maxHopsToThread, relationOf, threadOf } from '#protocol/relations/relations.ts'

export type ThreadId = EventId | 'main'

/** Finds events by ID; those that are not known are left out. */
export type FindEvents = (eventIds: readonly EventId[]) => Promise<readonly RoomEvent[]>

const nothing: ReadonlyMap<EventId, RoomEvent> = new Map()

/** The thread of each event, in order. Asks nothing for events that relate to none, or say their thread themselves. */
export async function threadsOfEvents(events: readonly RoomEvent[], find: FindEvents): Promise<readonly ThreadId[]> {
  const ancestors = events.some(mustLookUp) ? await ancestorsOf(events, find) : nothing
  return events.map((event) => threadOf(event, inRoomOf(event, ancestors)))
}

/**
 * Whether a receipt for the event may stand in the thread: the event is in it, is its root, or relates to the root within three hops.
 * In `main` it must be in the main timeline.
 */
export async function isInThread(event: RoomEvent, thread: ThreadId, find: FindEvents): Promise<boolean> {
  const ancestors = mustLookUp(event) ? await ancestorsOf([event], find) : nothing
  const parentOf = inRoomOf(event, ancestors)
  const own = threadOf(event, parentOf)
  if (own === thread) return true
  return thread !== 'main' && own === 'main' && relatesTo(event, thread, parentOf)
}

function relatesTo(event: RoomEvent, root: EventId, parentOf: (id: EventId) => RoomEvent | undefined): boolean {
  let current: RoomEvent | undefined = event
  for (let hop = 0; hop <= maxHopsToThread && current !== undefined; hop += 1) {
    if (current.eventId === root) return true
    const parent: EventId | undefined = relationOf(current.content)?.parent
    if (parent === root) return true
    current = parent === undefined ? undefined : parentOf(parent)
  }
  return false
}

function mustLookUp(event: RoomEvent): boolean {
  const relation = event.stateKey === undefined ? relationOf(event.content) : undefined
  return relation !== undefined && relation.relType !== 'm.thread'
}

async function ancestorsOf(events: readonly RoomEvent[], find: FindEvents): Promise<ReadonlyMap<EventId, RoomEvent>> {
  const known = new Map(events.map((event) => [event.eventId, event]))
  let frontier = events
  for (let hop = 0; hop < maxHopsToThread; hop += 1) {
    const wanted = new Set<EventId>()
    for (const event of frontier) {
      const relation = mustLookUp(event) ? relationOf(event.content) : undefined
      if (relation !== undefined && !known.has(relation.parent)) wanted.add(relation.parent)
    }
    if (wanted.size === 0) break
    frontier = await find([...wanted])
    for (const event of frontier) known.set(event.eventId, event)
  }
  return known
}

/** A relation across rooms is none. */
const inRoomOf =
  ({ roomId }: RoomEvent, ancestors: ReadonlyMap<EventId, RoomEvent>) =>
  (id: EventId): RoomEvent | undefined => {
    const parent = ancestors.get(id)
    return parent?.roomId === roomId ? parent : undefined
  }
