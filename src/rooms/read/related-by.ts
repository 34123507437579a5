// Filters that ask who relates to an event: `related_by_senders`, `related_by_rel_types`.
// spec: client-server-api #filtering; proposals/3440

import type { RelatedEvent, RoomEventFilter } from '#protocol/event-filter/event-filter.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { relationsTo } from '../store/read-relations.ts'

/** Which of the events, all together in one query, have a child that satisfies the filter. */
export async function relatedBy(
  engine: Engine,
  eventIds: readonly EventId[],
  satisfies: (child: RelatedEvent) => boolean,
): Promise<Set<EventId>> {
  if (eventIds.length === 0) return new Set()
  const rows = await engine.parts.database.run(relationsTo, eventIds)
  const parents = rows.filter(({ rel_type, sender }) => satisfies({ relType: rel_type, sender }))
  return new Set(parents.map((row) => row.parent_id as EventId))
}

/** The events that pass the filter of a page of history. */
export async function passing(
  engine: Engine,
  filter: RoomEventFilter | undefined,
  events: readonly KnownEvent[],
): Promise<readonly KnownEvent[]> {
  if (!filter) return events
  const matching = events.filter(({ event }) => filter.matches(event) && filter.includesRoom(event.roomId))
  if (!filter.relatedBy) return matching
  const ids = matching.map(({ event }) => event.eventId)
  const parents = await relatedBy(engine, ids, filter.relatedBy)
  return matching.filter(({ event }) => parents.has(event.eventId))
}
