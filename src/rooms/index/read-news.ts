// The tenant's new events for those who index them: from memory near the head, else from the database.
// spec: docs/architecture.md §4

import type { Position } from '#platform/stream/stream.ts'
import type { EventFact } from '../room/append.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { eventsAfter } from '../store/read-events.ts'

export interface NewEvent {
  readonly position: Position
  readonly known: KnownEvent
}

/** At most `limit` with positions in (after, upTo], ascending; fewer only when there are no more. */
export async function readNews(engine: Engine, after: Position, upTo: Position, limit: number): Promise<NewEvent[]> {
  const { stream, database } = engine.parts
  const facts = stream.since(after)?.filter(({ kind, position }) => kind === 'event' && position <= upTo)
  // Facts of another process come without what they are about.
  if (facts?.every(({ payload }) => payload !== undefined)) {
    return facts.slice(0, limit).map(({ position, payload }) => ({ position, known: (payload as EventFact).known }))
  }
  const rows = await database.run(eventsAfter, after, upTo, limit)
  return rows.map((row) => ({ position: row.position ?? 0, known: engine.log.known(row) }))
}
