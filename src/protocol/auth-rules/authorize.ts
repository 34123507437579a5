// The rules that judge an event against a room state, in the order of the specification. Rule numbers are those of v12.
// spec: rooms/v1 to v12 #authorization-rules

import type { RoomEvent, StateView } from '#protocol/events/events.ts'
import { serverNameOf } from '#protocol/identifiers/identifiers.ts'
import { isAtLeast, requiredLevelFor } from '#protocol/power-levels/power-levels.ts'
import { authorizeCreate } from './create-event.ts'
import { authorizeMember } from './member-event.ts'
import { authorizePowerLevels } from './power-levels-event.ts'
import { authorizeRedaction } from './redaction-event.ts'
import { membershipOf, type RoomAtEvent, roomAtEvent, type SignatureCheck, senderMay } from './room-at-event.ts'
import { isCreateEventOf } from './room-exists.ts'
import { authorizeThirdPartyInviteEvent } from './third-party-invite.ts'
import { allow, allowIf, deny, type Verdict } from './verdict.ts'

export interface AuthorizeContext {
  /** At least the events that `authEventKeys` names for the event. */
  readonly state: StateView
  readonly crypto: SignatureCheck
  /** The accepted create event of the room. Since v12 it is found by the room ID; if absent it is taken from the state. */
  readonly createEvent?: RoomEvent | undefined
}

/**
 * Judges an event against a room state: the state before it, the state that its auth events make, or the current state.
 *
 * Never throws, whatever the events contain. Not judged here: the event's format, its signatures (also that of the server which
 * authorises a restricted join), and the auth events it names (`authorizeAuthEvents`).
 * spec: rooms/v1 to v12 #authorization-rules
 */
export function authorize(event: RoomEvent, context: AuthorizeContext): Verdict {
  if (event.type === 'm.room.create') return authorizeCreate(event) // 1

  const create = context.createEvent ?? context.state.get('m.room.create', '')
  if (create === undefined || !isCreateEventOf(event.roomId, create)) {
    return deny(
      'room/not-created',
      'The room that the event names was never created. The server that sent the event must correct it.',
    ) // 2
  }
  if (!mayFederate(event, create)) {
    return deny(
      'room/not-federated',
      'This room is only for users of the server that created it. Ask for a room that is open to other servers.',
    ) // 4
  }
  if (event.type === 'm.room.aliases' && event.version.specialAliases) return authorizeAliases(event) // until v5

  const room = roomAtEvent(event, create, context.state, context.crypto)
  if (event.type === 'm.room.member') return authorizeMember(room) // 5
  return authorizeByMember(room)
}

function mayFederate(event: RoomEvent, create: RoomEvent): boolean {
  const isLocalOnly = Object.hasOwn(create.content, 'm.federate') && create.content['m.federate'] === false
  return !isLocalOnly || serverNameOf(event.sender) === serverNameOf(create.sender)
}

/** Rule 4 until v5: every server keeps the list of its own aliases, whether or not the sender is in the room. */
function authorizeAliases(event: RoomEvent): Verdict {
  if (event.stateKey === undefined) {
    return deny('aliases/no-server', 'A list of aliases must name its server. Add the server name as state key.') // 4.1
  }
  return allowIf(
    event.stateKey === serverNameOf(event.sender),
    'aliases/other-server',
    'Only users of a server can change the list of its aliases. Ask someone on that server.',
  ) // 4.2, 4.3
}

/** Rules 6 to 11: everything that only a member of the room can send. */
function authorizeByMember(room: RoomAtEvent): Verdict {
  const { event, senderLevel, power } = room
  if (membershipOf(event.sender, room) !== 'join') {
    return deny('send/not-in-room', 'You are not in this room. Join it first.') // 6
  }
  if (event.type === 'm.room.third_party_invite') return authorizeThirdPartyInviteEvent(senderMay('invite', room)) // 7

  const required = requiredLevelFor({ type: event.type, isState: event.stateKey !== undefined }, power)
  if (!isAtLeast(senderLevel, required)) {
    return deny(
      'send/power-level',
      `This needs power level ${required} in this room, and yours is ${senderLevel}. Ask a moderator to do it.`,
    ) // 8
  }
  if (event.stateKey?.startsWith('@') && event.stateKey !== event.sender) {
    return deny('send/state-of-another', 'State that belongs to a user can only be set by that user.') // 9
  }
  if (event.type === 'm.room.power_levels') return authorizePowerLevels(room) // 10
  if (event.type === 'm.room.redaction' && event.version.authorizeRedactions) return authorizeRedaction(room) // 11 in v1, v2
  return allow // 11
}
