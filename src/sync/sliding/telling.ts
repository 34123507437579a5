// What the telling of rooms is given, and what it makes of each.
// spec: proposals/4186 (room results)

import type { Position } from '#platform/stream/stream.ts'
import type { EventId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Rooms } from '#rooms/rooms.ts'
import type { Asking } from '../asking.ts'
import type { PushSource } from '../sources.ts'
import type { Timeline } from '../timelines.ts'
import type { BumpStamps } from './bump-stamps.ts'
import type { ChosenRoom } from './choose-rooms.ts'
import type { SlidingLook } from './look.ts'
import type { RoomConfigs } from './room-configs.ts'
import type { RoomMemory } from './room-memory.ts'
import type { Shape } from './sliding-request.ts'
import type { StateBeyondKeys } from './state-beyond-keys.ts'

export interface TellingParts {
  readonly rooms: Rooms
  readonly push: PushSource | undefined
  readonly configs: RoomConfigs
  readonly stamps: BumpStamps
  readonly beyondKeys: StateBeyondKeys
}

export interface Telling {
  readonly shape: Shape
  readonly look: SlidingLook
  /** Where the client asks from; undefined: its connection begins. */
  readonly from: Position | undefined
  readonly askingFor: (limit: number) => Promise<Asking>
  /** Members that the client was told before, by room. */
  readonly told: (roomNid: number) => ReadonlyMap<UserId, number>
}

export interface ToldRoom {
  /** Undefined: there is nothing in it that the client does not know. */
  readonly text: string | undefined
  readonly memory: Pick<RoomMemory, 'toldAs' | 'timelineLimit' | 'stateText' | 'isDm'>
  /** Members that were told, by user. */
  readonly members: ReadonlyMap<UserId, number>
  readonly eventIds: readonly EventId[]
}

/** A room whose events the user may read: all of it, or up to where they left. */
export interface ReadableRoom {
  readonly chosen: ChosenRoom
  readonly timeline: Timeline
  readonly isWhole: boolean
  readonly isLeft: boolean
}
