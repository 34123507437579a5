// Looks up what an event itself names as its auth events.
// spec: rooms/v2 #state-resolution (sender's power level, mainline, iterative auth checks)

import { isCreateEventOf } from '#protocol/auth-rules/auth-rules.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import { createEventIdOf } from '#protocol/identifiers/identifiers.ts'
import { type PowerLevel, powerLevelOf, roomPower } from '#protocol/power-levels/power-levels.ts'
import type { EventSource } from './event-source.ts'

/** The auth event of a type and state key, rejected or not. A well-formed event names at most one. */
export function authEventAt(
  event: RoomEvent,
  type: string,
  stateKey: string,
  source: Pick<EventSource, 'event'>,
): RoomEvent | undefined {
  for (const id of event.authEvents) {
    const named = source.event(id)
    if (named?.type === type && named.stateKey === stateKey) return named
  }
  return undefined
}

/** Since v12 the create event is named by the room ID alone; before, the event names it. Undefined if it was rejected. */
export function createEventFor(event: RoomEvent, source: EventSource): RoomEvent | undefined {
  if (!event.version.roomIdIsCreateHash) return authEventAt(event, 'm.room.create', '', source)
  const id = createEventIdOf(event.roomId)
  if (id === undefined || source.isRejected(id)) return undefined
  const create = source.event(id)
  return create !== undefined && isCreateEventOf(event.roomId, create) ? create : undefined
}

/** The power level of the sender as the event's own auth events have it. */
export function senderPowerOf(event: RoomEvent, source: EventSource): PowerLevel {
  const state = { get: (type: string, stateKey: string) => authEventAt(event, type, stateKey, source) }
  return powerLevelOf(event.sender, roomPower(state, event.version, createEventFor(event, source)))
}
