// Who may see an event: by the state of the room at that event, never by the state of today. Face of the folder.
// spec: client-server-api/modules/history_visibility.md #server-behaviour

import type { RoomEvent, StateView } from '#protocol/events/events.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import {
  type BeforeAndAfter,
  type HistoryVisibility,
  type Membership,
  membershipAround,
  visibilityAround,
} from './visibility-at.ts'

export type { BeforeAndAfter, HistoryVisibility, Membership } from './visibility-at.ts'
export { historyVisibilityOf, membershipAround, membershipOf, visibilityAround } from './visibility-at.ts'

/** `redacted`: the event may be seen, but its sender has since been erased and the viewer was not there when it was sent. */
export type Sight = 'whole' | 'redacted' | 'hidden'

/** Everything that the verdict depends on, for a user or for a server. */
export interface SightParts {
  readonly visibility: BeforeAndAfter<HistoryVisibility>
  readonly membership: BeforeAndAfter<Membership>
  /** The user joined at any point after the event was sent, or is joined now. For a server: any of its users. */
  readonly joinedLater: boolean
  /** The sender has asked to be erased. */
  readonly senderErased?: boolean
}

/**
 * The verdict of the five rules. Where the event changes the visibility, or the viewer's membership, it is enough that the
 * value before or the value after allows it. Pure, constant time, no allocation.
 */
export function sightOf({ visibility, membership, joinedLater, senderErased }: SightParts): Sight {
  // An event changes one of the two at most, so the mixed pairs say nothing new.
  const visible =
    allows(visibility.before, membership.before, joinedLater) || allows(visibility.after, membership.after, joinedLater)
  if (!visible) return 'hidden'
  const wasThere = membership.before === 'join' || membership.after === 'join'
  return senderErased === true && !wasThere ? 'redacted' : 'whole'
}

function allows(visibility: HistoryVisibility, membership: Membership, joinedLater: boolean): boolean {
  if (visibility === 'world_readable') return true // 1
  if (membership === 'join') return true // 2
  if (visibility === 'shared' && joinedLater) return true // 3
  return membership === 'invite' && visibility === 'invited' // 4, 5
}

/** A user's sight of an event. `stateBefore` needs the history visibility and the user's membership before the event. */
export function sightOfUser(parts: {
  readonly event: RoomEvent
  readonly stateBefore: StateView
  readonly userId: UserId
  readonly joinedLater: boolean
  readonly senderErased?: boolean
}): Sight {
  const { event, stateBefore, userId, joinedLater, senderErased } = parts
  const visibility = visibilityAround(event, stateBefore)
  return sightOf({ visibility, membership: membershipAround(event, userId, stateBefore), joinedLater, senderErased })
}

/**
 * A server's sight of an event: what any of its users may see. The specification has no rule of its own for servers, so each
 * takes part with its users' memberships at the event, the strongest of them in `membership`. That the server is in the room at
 * all is the caller's check; `joinedLater` is then true.
 */
export const sightOfServer = (parts: SightParts): Sight => sightOf(parts)

/** The membership that sees most: join, then invite. For a server with many users at the event. */
export function strongestMembership(memberships: Iterable<Membership>): Membership {
  let strongest: Membership = 'leave'
  for (const membership of memberships) {
    if (membership === 'join') return 'join'
    if (membership === 'invite') strongest = 'invite'
  }
  return strongest
}
