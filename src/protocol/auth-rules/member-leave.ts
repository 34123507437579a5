// Leaving, declining, kicking and lifting a ban: all are membership `leave`.
// spec: rooms/v12 #authorization-rules, rule 5.5; rooms/v1 rule 5.4; rooms/v7 (knock)

import { outranks, powerLevelOf } from '#protocol/power-levels/power-levels.ts'
import { membershipOf, type RoomAtEvent, senderMay } from './room-at-event.ts'
import { allowIf, deny, type Verdict } from './verdict.ts'

export function authorizeLeave(room: RoomAtEvent, target: string): Verdict {
  if (room.event.sender === target) {
    return allowIf(
      mayLeave(room, target),
      'leave/not-in-room',
      'You are neither in this room nor invited to it, so you cannot leave it.',
    ) // 5.5.1
  }
  if (membershipOf(room.event.sender, room) !== 'join') {
    return deny('kick/not-in-room', 'Only members of a room can remove others from it. Join the room first.') // 5.5.2
  }
  if (membershipOf(target, room) === 'ban' && !senderMay('ban', room)) {
    return deny(
      'unban/power-level',
      'Your power level in this room does not allow you to lift a ban. Ask a moderator to do it.',
    ) // 5.5.3
  }
  if (!senderMay('kick', room)) {
    return deny(
      'kick/power-level',
      'Your power level in this room does not allow you to remove others. Ask a moderator to do it.',
    ) // 5.5.4
  }
  return allowIf(
    outranks(room.senderLevel, powerLevelOf(target, room.power)),
    'kick/not-outranked',
    'You can only remove people whose power level is lower than yours. Ask someone with a higher one.',
  ) // 5.5.4, 5.5.5
}

function mayLeave(room: RoomAtEvent, target: string): boolean {
  const membership = membershipOf(target, room)
  if (membership === 'knock') return room.event.version.knocking // since v7
  return membership === 'invite' || membership === 'join'
}
