// Banning somebody.
// spec: rooms/v12 #authorization-rules, rule 5.6; rooms/v1 rule 5.5

import { outranks, powerLevelOf } from '#protocol/power-levels/power-levels.ts'
import { membershipOf, type RoomAtEvent, senderMay } from './room-at-event.ts'
import { allowIf, deny, type Verdict } from './verdict.ts'

export function authorizeBan(room: RoomAtEvent, target: string): Verdict {
  if (membershipOf(room.event.sender, room) !== 'join') {
    return deny('ban/not-in-room', 'Only members of a room can ban others from it. Join the room first.') // 5.6.1
  }
  if (!senderMay('ban', room)) {
    return deny(
      'ban/power-level',
      'Your power level in this room does not allow you to ban others. Ask a moderator to do it.',
    ) // 5.6.2
  }
  return allowIf(
    outranks(room.senderLevel, powerLevelOf(target, room.power)),
    'ban/not-outranked',
    'You can only ban people whose power level is lower than yours. Ask someone with a higher one.',
  ) // 5.6.2, 5.6.3
}
