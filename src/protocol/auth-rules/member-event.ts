// Rule 5 (4 since v6 until v11): m.room.member, by membership.
// spec: rooms/v12 #authorization-rules, rule 5

import { parseUserId } from '#protocol/identifiers/identifiers.ts'
import { stringAt } from '#protocol/json/json.ts'
import { authorizeBan } from './member-ban.ts'
import { authorizeInvite } from './member-invite.ts'
import { authorizeJoin } from './member-join.ts'
import { authorizeKnock } from './member-knock.ts'
import { authorizeLeave } from './member-leave.ts'
import type { RoomAtEvent } from './room-at-event.ts'
import { deny, type Verdict } from './verdict.ts'

export function authorizeMember(room: RoomAtEvent): Verdict {
  const { stateKey, content, version } = room.event
  if (stateKey === undefined || !Object.hasOwn(content, 'membership')) {
    return deny('member/incomplete', 'A membership must name a user and what they become. Add what is missing.') // 5.1
  }
  if (parseUserId(stateKey) === undefined) {
    // The rules take a user ID for granted; other servers refuse what is none (docs/decisions/0035).
    return deny('member/no-user', 'The state key of a membership is the ID of a user. Correct it.')
  }
  // 5.2, the signature of the authorising user's server, is checked with the other signatures of the event, before the rules.
  switch (stringAt(content, 'membership')) {
    case 'join':
      return authorizeJoin(room, stateKey) // 5.3
    case 'invite':
      return authorizeInvite(room, stateKey) // 5.4
    case 'leave':
      return authorizeLeave(room, stateKey) // 5.5
    case 'ban':
      return authorizeBan(room, stateKey) // 5.6
    case 'knock':
      if (version.knocking) return authorizeKnock(room, stateKey) // 5.7 since v7
  }
  return deny(
    'member/unknown-membership',
    'This kind of membership does not exist in this room version. Use another one.',
  ) // 5.8
}
