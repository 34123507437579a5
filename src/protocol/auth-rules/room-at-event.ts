// The room as the rules see it while they judge one event: state, power, and the questions that several rules ask.
// spec: rooms/v12 #authorization-rules

import type { Crypto } from '#protocol/crypto/crypto.ts'
import type { RoomEvent, StateView } from '#protocol/events/events.ts'
import { stringAt } from '#protocol/json/json.ts'
import {
  isAtLeast,
  type PowerAction,
  type PowerLevel,
  powerLevelOf,
  type RoomPower,
  requiredLevelTo,
  roomPower,
} from '#protocol/power-levels/power-levels.ts'

/** Checks signatures of third-party invites; the only cryptography that the rules need. */
export type SignatureCheck = Pick<Crypto, 'verify'>

export interface RoomAtEvent {
  readonly event: RoomEvent
  readonly create: RoomEvent
  readonly state: StateView
  readonly power: RoomPower
  readonly senderLevel: PowerLevel
  readonly signatures: SignatureCheck
}

export function roomAtEvent(
  event: RoomEvent,
  create: RoomEvent,
  state: StateView,
  signatures: SignatureCheck,
): RoomAtEvent {
  const power = roomPower(state, event.version, create)
  return { event, create, state, power, senderLevel: powerLevelOf(event.sender, power), signatures }
}

/** `content.membership` of the user's member event; undefined without one, or where it is no string. */
export function membershipOf(user: string, room: RoomAtEvent): string | undefined {
  const event = room.state.get('m.room.member', user)
  return event && stringAt(event.content, 'membership')
}

/** A room without m.room.join_rules, or with one that names no rule, is by invitation. */
export function joinRuleOf(room: RoomAtEvent): string {
  const content = room.state.get('m.room.join_rules', '')?.content
  if (content === undefined || !Object.hasOwn(content, 'join_rule')) return 'invite'
  return stringAt(content, 'join_rule') ?? ''
}

/** Has the sender the level that the action needs? */
export function senderMay(action: PowerAction, room: RoomAtEvent): boolean {
  return isAtLeast(room.senderLevel, requiredLevelTo(action, room.power))
}
