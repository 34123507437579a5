// What the room said at an event: how its history is visible, and what a user's membership was.
// spec: client-server-api/modules/history_visibility.md #server-behaviour; m.room.history_visibility

import type { RoomEvent, StateView } from '#protocol/events/events.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { stringAt } from '#protocol/json/json.ts'

export type HistoryVisibility = 'world_readable' | 'shared' | 'invited' | 'joined'
export type Membership = 'join' | 'invite' | 'knock' | 'leave' | 'ban'

/** A value before the event, and after it: different only where the event itself changes it. */
export interface BeforeAndAfter<T> {
  readonly before: T
  readonly after: T
}

/** The visibility that an `m.room.history_visibility` event sets. No event, or a value not understood: `shared`. */
export function historyVisibilityOf(event: RoomEvent | undefined): HistoryVisibility {
  const value = event === undefined ? undefined : stringAt(event.content, 'history_visibility')
  return value === 'world_readable' || value === 'invited' || value === 'joined' ? value : 'shared'
}

/** The membership in an `m.room.member` event. No event, or a value not understood: `leave`. */
export function membershipOf(event: RoomEvent | undefined): Membership {
  const value = event === undefined ? undefined : stringAt(event.content, 'membership')
  return value === 'join' || value === 'invite' || value === 'knock' || value === 'ban' ? value : 'leave'
}

/** The history visibility around an event, from the state before it. */
export function visibilityAround(event: RoomEvent, stateBefore: StateView): BeforeAndAfter<HistoryVisibility> {
  const before = historyVisibilityOf(stateBefore.get('m.room.history_visibility', ''))
  const changesIt = event.type === 'm.room.history_visibility' && event.stateKey === ''
  return { before, after: changesIt ? historyVisibilityOf(event) : before }
}

/** A user's membership around an event, from the state before it. `after` is what `unsigned.membership` says. */
export function membershipAround(event: RoomEvent, userId: UserId, stateBefore: StateView): BeforeAndAfter<Membership> {
  const before = membershipOf(stateBefore.get('m.room.member', userId))
  const changesIt = event.type === 'm.room.member' && event.stateKey === userId
  return { before, after: changesIt ? membershipOf(event) : before }
}
