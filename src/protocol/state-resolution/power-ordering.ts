// Power events, and the reverse topological power ordering.
// spec: rooms/v2 #state-resolution (power events, reverse topological power ordering)

import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import { stringAt } from '#protocol/json/json.ts'
import { comparePowerLevels, type PowerLevel } from '#protocol/power-levels/power-levels.ts'
import { senderPowerOf } from './auth-events-of.ts'
import type { EventSource } from './event-source.ts'
import { Heap } from './heap.ts'

/** An event that may take away someone's ability to do something. */
export function isPowerEvent(event: RoomEvent): boolean {
  if (event.stateKey === undefined) return false
  if (event.type === 'm.room.power_levels' || event.type === 'm.room.join_rules') return true
  if (event.type !== 'm.room.member' || event.sender === event.stateKey) return false
  const membership = stringAt(event.content, 'membership')
  return membership === 'leave' || membership === 'ban'
}

/**
 * The power events of the full conflicted set, each with the events of the set in its auth chain.
 *
 * Chains are followed inside the set. In v2.1 the set contains every path between its events, so nothing is missed; in v2 an event
 * behind one that is not in the set is left to the mainline ordering, as in the servers that rooms of v2 to v11 live on.
 */
export function powerEventsWithChains(
  fullConflictedSet: ReadonlySet<EventId>,
  source: EventSource,
): ReadonlySet<EventId> {
  const chosen = new Set<EventId>()
  const open: EventId[] = []
  for (const id of fullConflictedSet) {
    const event = source.event(id)
    if (event !== undefined && isPowerEvent(event)) open.push(id)
  }
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (chosen.has(id)) continue
    chosen.add(id)
    for (const next of source.event(id)?.authEvents ?? []) if (fullConflictedSet.has(next)) open.push(next)
  }
  return chosen
}

interface Ranked {
  readonly event: RoomEvent
  readonly power: PowerLevel
}

/**
 * Sorts events, earliest first: each after its auth events; of those that are free, the one first whose sender has more power, then
 * the older, then the smaller event ID.
 *
 * Unknown events are left out; so are events that are their own auth events in a circle, which hashed event IDs make impossible.
 */
export function sortByPower(ids: ReadonlySet<EventId>, source: EventSource): readonly RoomEvent[] {
  const { waitingFor, citedBy, ranked } = graphOf(ids, source)
  const free = new Heap<Ranked>(compareRanked)
  for (const item of ranked.values()) if (waitingFor.get(item.event.eventId) === 0) free.push(item)

  const sorted: RoomEvent[] = []
  for (let item = free.pop(); item !== undefined; item = free.pop()) {
    sorted.push(item.event)
    for (const citing of citedBy.get(item.event.eventId) ?? []) {
      const left = (waitingFor.get(citing) ?? 0) - 1
      waitingFor.set(citing, left)
      const next = ranked.get(citing)
      if (left === 0 && next !== undefined) free.push(next)
    }
  }
  return sorted
}

function graphOf(ids: ReadonlySet<EventId>, source: EventSource) {
  const ranked = new Map<EventId, Ranked>()
  for (const id of ids) {
    const event = source.event(id)
    if (event !== undefined) ranked.set(id, { event, power: senderPowerOf(event, source) })
  }
  const waitingFor = new Map<EventId, number>()
  const citedBy = new Map<EventId, EventId[]>()
  for (const [id, { event }] of ranked) {
    const behind = new Set(event.authEvents.filter((cited) => ranked.has(cited)))
    waitingFor.set(id, behind.size)
    for (const cited of behind) {
      const citing = citedBy.get(cited)
      if (citing === undefined) citedBy.set(cited, [id])
      else citing.push(id)
    }
  }
  return { ranked, waitingFor, citedBy }
}

function compareRanked(a: Ranked, b: Ranked): number {
  return comparePowerLevels(b.power, a.power) || compareByAge(a.event, b.event)
}

/** The older first, then the smaller event ID. */
export function compareByAge(a: RoomEvent, b: RoomEvent): number {
  if (a.originServerTs !== b.originServerTs) return a.originServerTs - b.originServerTs
  if (a.eventId === b.eventId) return 0
  return a.eventId < b.eventId ? -1 : 1
}
