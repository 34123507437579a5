// What every part of a reading is given, and what it has found out first.
// spec: client-server-api, GET /_matrix/client/v3/sync

import type { Position, Stream } from '#platform/stream/stream.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Rooms } from '#rooms/rooms.ts'
import type { ActiveUsers } from './active-users.ts'
import type { Asking } from './asking.ts'
import type { ActiveUser, RoomsOfUser } from './attendance.ts'
import type { DeviceSections } from './devices.ts'
import type { News, Window } from './news.ts'
import type { RoomSection, RoomWish } from './room-sections.ts'
import type { SincePoint } from './since-token.ts'
import type { Sources } from './sources.ts'
import type { StateSections } from './state-sections.ts'
import type { MembersByRoom } from './told-members.ts'

export interface ReadingParts {
  readonly rooms: Rooms
  readonly stream: Stream
  readonly users: ActiveUsers
  readonly states: StateSections
  readonly devices: DeviceSections | undefined
  readonly sources: Sources
}

export interface ReadRequest {
  readonly asking: Asking
  readonly user: ActiveUser
  readonly since: SincePoint | undefined
  /** Nothing about the user has happened between the token and here: reading begins here. */
  readonly after: Position
  readonly told: (roomNid: number) => ReadonlyMap<UserId, number>
}

export interface Look {
  readonly window: Window
  readonly mine: RoomsOfUser
  /** Undefined: the client asks for the first time. */
  readonly news: News | undefined
}

/** Sections by room. */
export interface Section {
  readonly texts: ReadonlyMap<string, string>
  readonly members: MembersByRoom
}

export const noSection: Section = { texts: new Map(), members: new Map() }

export function membersOf(wishes: readonly RoomWish[], sections: ReadonlyMap<RoomId, RoomSection>): MembersByRoom {
  const members = new Map<number, ReadonlyMap<UserId, number>>()
  for (const { ref } of wishes) {
    const told = sections.get(ref.roomId)?.members
    if (told && told.size > 0) members.set(ref.roomNid, told)
  }
  return members
}
