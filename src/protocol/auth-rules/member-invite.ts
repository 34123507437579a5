// Inviting somebody.
// spec: rooms/v12 #authorization-rules, rule 5.4; rooms/v1 rule 5.3

import { membershipOf, type RoomAtEvent, senderMay } from './room-at-event.ts'
import { authorizeThirdPartyInvite } from './third-party-invite.ts'
import { allowIf, deny, type Verdict } from './verdict.ts'

export function authorizeInvite(room: RoomAtEvent, target: string): Verdict {
  if (Object.hasOwn(room.event.content, 'third_party_invite')) return authorizeThirdPartyInvite(room, target) // 5.4.1
  if (membershipOf(room.event.sender, room) !== 'join') {
    return deny('invite/not-in-room', 'Only members of a room can invite others to it. Join the room first.') // 5.4.2
  }
  const membership = membershipOf(target, room)
  if (membership === 'join') {
    return deny('invite/already-in-room', 'The person is already in this room. No invitation is needed.') // 5.4.3
  }
  if (membership === 'ban') {
    return deny('invite/banned', 'The person is banned from this room. Lift the ban before you invite them.') // 5.4.3
  }
  return allowIf(
    senderMay('invite', room),
    'invite/power-level',
    'Your power level in this room does not allow you to invite others. Ask a moderator to do it.',
  ) // 5.4.4, 5.4.5
}
