// The mainline ordering: events by the power levels that they were sent under.
// spec: rooms/v2 #state-resolution (mainline ordering)

import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import { authEventAt } from './auth-events-of.ts'
import type { EventSource } from './event-source.ts'
import { compareByAge } from './power-ordering.ts'

type Events = Pick<EventSource, 'event'>

/**
 * Sorts events, earliest first, by how far back on the mainline of `powerLevels` their own power levels are found; then by age.
 *
 * `powerLevels`: the m.room.power_levels event of the partially resolved state; without one all events are as far back as can be.
 * Each power levels event is looked at once however many events lead to it.
 */
export function sortByMainline(
  events: readonly RoomEvent[],
  powerLevels: RoomEvent | undefined,
  source: Events,
): readonly RoomEvent[] {
  const positions = mainlinePositions(powerLevels, source)
  const placed = events.map((event) => ({ event, position: positionOf(event, positions, source) }))
  placed.sort((a, b) => compareFarthestFirst(a.position, b.position) || compareByAge(a.event, b.event))
  return placed.map(({ event }) => event)
}

/** Infinity minus infinity is no number, therefore no subtraction. */
function compareFarthestFirst(a: number, b: number): number {
  if (a === b) return 0
  return a > b ? -1 : 1
}

function mainlinePositions(powerLevels: RoomEvent | undefined, source: Events): Map<EventId, number> {
  const positions = new Map<EventId, number>()
  for (let at = powerLevels; at !== undefined && !positions.has(at.eventId); at = powerLevelsBehind(at, source)) {
    positions.set(at.eventId, positions.size)
  }
  return positions
}

/** Remembers the position of every power levels event on the way: they all have that of the first one on the mainline. */
function positionOf(event: RoomEvent, positions: Map<EventId, number>, source: Events): number {
  const passed = new Set<EventId>()
  let at = powerLevelsBehind(event, source)
  while (at !== undefined && !positions.has(at.eventId) && !passed.has(at.eventId)) {
    passed.add(at.eventId)
    at = powerLevelsBehind(at, source)
  }
  const position = (at && positions.get(at.eventId)) ?? Number.POSITIVE_INFINITY
  for (const id of passed) positions.set(id, position)
  return position
}

const powerLevelsBehind = (event: RoomEvent, source: Events): RoomEvent | undefined =>
  authEventAt(event, 'm.room.power_levels', '', source)
