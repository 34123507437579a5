// A room as one of our users has to do with it.

import type { Position } from '#platform/stream/stream.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import { type Membership, membershipOfCode } from './state/state-map.ts'
import type { MembershipOfUser } from './store/read-memberships.ts'

/** One of a user's rooms. */
export interface UserRoom {
  readonly roomNid: number
  readonly roomId: RoomId
  readonly membership: Membership
  /** The member event; an outlier when the membership is from outside (an invite by another server). */
  readonly eventNid: number
  /** Position of the membership's last change. */
  readonly since: Position
  readonly forgotten: boolean
  /** Stripped state of an invite or knock where we have no state: JSON array text. */
  readonly strippedState: string | undefined
  /** Position of the room's newest visible event. */
  readonly roomPosition: Position
}

/** As `flatMap` wants it: nothing for a row without a membership. */
export function toUserRoom(row: MembershipOfUser): UserRoom[] {
  const membership = membershipOfCode(row.membership as 1)
  if (!membership) return []
  return [
    {
      roomNid: row.room_nid,
      roomId: row.room_id as RoomId,
      membership,
      eventNid: row.event_nid,
      since: row.position,
      forgotten: row.forgotten,
      strippedState: row.stripped_state ?? undefined,
      roomPosition: row.room_position,
    },
  ]
}
