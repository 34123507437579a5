// Knocking: asking to be invited. Since v7.
// spec: rooms/v7 #authorization-rules, rule 4.6; rooms/v10 rule 4.7; rooms/v12 rule 5.7

import { joinRuleOf, membershipOf, type RoomAtEvent } from './room-at-event.ts'
import { allowIf, deny, type Verdict } from './verdict.ts'

export function authorizeKnock(room: RoomAtEvent, target: string): Verdict {
  const rule = joinRuleOf(room)
  const open = rule === 'knock' || (rule === 'knock_restricted' && room.event.version.knockRestrictedJoin) // since v10
  if (!open) {
    return deny('knock/not-open', 'Nobody can ask to join this room. Ask someone in it to invite you.') // 5.7.1
  }
  if (room.event.sender !== target) {
    return deny('knock/for-another', 'Nobody can ask to join a room for somebody else.') // 5.7.2
  }
  const membership = membershipOf(target, room)
  if (membership === 'ban') {
    return deny('knock/banned', 'You are banned from this room. Ask a moderator of the room to lift the ban.') // 5.7.3
  }
  return allowIf(
    membership !== 'invite' && membership !== 'join',
    'knock/already-invited',
    'You are already in this room or invited to it. Join it instead.',
  ) // 5.7.3, 5.7.4
}
