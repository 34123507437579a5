// Joining a room.
// spec: rooms/v12 #authorization-rules, rule 5.3; rooms/v1 rule 5.2; rooms/v8 rule 4.3

import { stringAt } from '#protocol/json/json.ts'
import { creatorOf, isAtLeast, powerLevelOf, requiredLevelTo } from '#protocol/power-levels/power-levels.ts'
import { joinRuleOf, membershipOf, type RoomAtEvent } from './room-at-event.ts'
import { allow, allowIf, deny, type Verdict } from './verdict.ts'

export function authorizeJoin(room: RoomAtEvent, target: string): Verdict {
  if (isFirstJoinOfCreator(room, target)) return allow // 5.3.1
  if (room.event.sender !== target) {
    return deny('join/for-another', 'Nobody can join a room for somebody else. Send an invitation instead.') // 5.3.2
  }
  const membership = membershipOf(target, room)
  if (membership === 'ban') {
    return deny('join/banned', 'You are banned from this room. Ask a moderator of the room to lift the ban.') // 5.3.3
  }
  const invited = membership === 'invite' || membership === 'join'
  const rule = joinRuleOf(room)
  const { version } = room.event
  if (rule === 'invite' || (rule === 'knock' && version.knocking)) {
    return allowIf(invited, 'join/not-invited', 'This room is by invitation. Ask someone in it to invite you.') // 5.3.4
  }
  if (
    (rule === 'restricted' && version.restrictedJoin) ||
    (rule === 'knock_restricted' && version.knockRestrictedJoin)
  ) {
    return invited ? allow : authorizeRestrictedJoin(room) // 5.3.5
  }
  return allowIf(
    rule === 'public',
    'join/unknown-rule',
    'The join rule of this room is not one of its room version. Ask a moderator to correct it.',
  ) // 5.3.6, 5.3.7
}

/** 5.3.1: the second event of a room. The sender is not looked at, as the rule says. */
function isFirstJoinOfCreator({ event, create }: RoomAtEvent, target: string): boolean {
  return event.prevEvents.length === 1 && event.prevEvents[0] === create.eventId && creatorOf(create) === target
}

/** 5.3.5.2: that the authorising user's server signed the event (5.2) is checked with the other signatures, before the rules. */
function authorizeRestrictedJoin(room: RoomAtEvent): Verdict {
  const authorisingUser = stringAt(room.event.content, 'join_authorised_via_users_server')
  if (authorisingUser === undefined) {
    return deny(
      'join/not-vouched-for',
      'Only members of certain rooms may join this one. Join one of those first, or ask for an invitation.',
    )
  }
  if (membershipOf(authorisingUser, room) !== 'join') {
    return deny(
      'join/voucher-not-member',
      'The user who vouches for this join is not in the room. Join by way of another server.',
    )
  }
  return allowIf(
    isAtLeast(powerLevelOf(authorisingUser, room.power), requiredLevelTo('invite', room.power)),
    'join/voucher-may-not-invite',
    'The user who vouches for this join may not invite others. Join by way of another server.',
  ) // 5.3.5.3
}
