// Stripped state: the few state events that tell someone outside a room what room it is. Face of the folder.
// spec: client-server-api #stripped-state; server-server-api, PUT /invite and /send_knock

import type { Pdu, RoomEvent, StateView } from '#protocol/events/events.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { withoutMembers } from '#protocol/json/json.ts'
import type { StrippedEvent } from './stripped-event.ts'

export type { ReceivedState, ReceivedStateParts } from './received-state.ts'
export { keepReceivedState, requireReceivedState } from './received-state.ts'
export type { StrippedEvent } from './stripped-event.ts'

/** In the specification's order. Since v1.16 `m.room.create` is required. */
export const strippedStateTypes = [
  'm.room.create',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.join_rules',
  'm.room.canonical_alias',
  'm.room.encryption',
] as const

/**
 * The events to show to someone invited, knocking or looking in: those of `strippedStateTypes` that the room has, and the
 * membership of `inviter`, so that clients can show who invites. At most eight.
 */
export function strippedStateOf(state: StateView, inviter?: UserId): readonly RoomEvent[] {
  const events = strippedStateTypes.map((type) => state.get(type, ''))
  if (inviter !== undefined) events.push(state.get('m.room.member', inviter))
  return events.filter((event) => event !== undefined)
}

/** A state event in its stripped form. A message event, which has none, gets an empty state key: callers pass state events. */
export const stripEvent = (event: RoomEvent): StrippedEvent => ({
  type: event.type,
  state_key: event.stateKey ?? '',
  sender: event.sender,
  content: event.content,
})

/** The form for other servers: whole PDUs, in every room version since v1.16, so that they can check the signatures. */
export const federationFormOf = (events: readonly RoomEvent[]): readonly Pdu[] =>
  events.map((event) => withoutMembers(event.pdu, 'unsigned'))
