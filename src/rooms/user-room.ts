// A room as one of our users has to do with it.

import type { Position } from '#platform/stream/stream.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Membership } from './state/state-map.ts'

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
