// What has happened to a user between two positions, and where sync must look: from the facts in memory when they reach back so far, else
// by comparing the positions of the user's rooms.
// spec: client-server-api #syncing; docs/architecture.md, decision 1

import type { Position, StreamedFact } from '#platform/stream/stream.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { EventFact, KnownEvent, NodeHash, UserRoom } from '#rooms/rooms.ts'
import type { RoomsOfUser } from './attendance.ts'

/** Everything in (after, upTo]. */
export interface Window {
  readonly after: Position
  readonly upTo: Position
}

/** An event as the stream told of it. */
export interface Arrival {
  readonly known: KnownEvent
  readonly position: Position
  /** Name of the room's current state before it; undefined: not known here, or there was none. */
  readonly currentBefore: NodeHash | undefined
}

export interface News {
  /** Joined rooms with events, and those events where they are in memory. */
  readonly rooms: ReadonlyMap<UserRoom, readonly Arrival[] | undefined>
  /** Rooms in which the user's own membership event is new. */
  readonly memberships: readonly UserRoom[]
  /** Joined rooms with receipts; undefined: any may have. */
  readonly receipts: ReadonlySet<RoomId> | undefined
  /** Joined rooms whose unread counts have changed. */
  readonly counts: ReadonlySet<RoomId>
  readonly accountData: boolean
  readonly toDevice: boolean
  readonly deviceLists: boolean
  readonly presence: boolean
}

/** Facts since the window's beginning, all of them. */
export function newsFromFacts(
  facts: readonly StreamedFact[],
  { upTo }: Window,
  userId: UserId,
  rooms: RoomsOfUser,
): News {
  const events = new Map<UserRoom, Arrival[]>()
  const moved = new Set<UserRoom>()
  const receipts = new Set<RoomId>()
  const counts = new Set<RoomId>()
  const seen = { accountData: false, toDevice: false, deviceLists: false, presence: false }
  for (const { kind, room: roomId, user, payload, position } of facts) {
    if (position > upTo) break
    const room = roomId === undefined ? undefined : rooms.get(roomId as RoomId)
    const mine = user === userId
    if (kind === 'event') {
      if (room === undefined) continue
      const { known, currentBefore, moved: others } = payload as EventFact // the payload of every fact of this kind
      if (mine || others?.includes(userId)) moved.add(room)
      if (room.membership !== 'join') continue
      if (known.event.type === 'm.room.member') seen.deviceLists = true
      const arrival = { known, position, currentBefore }
      const list = events.get(room)
      if (list) list.push(arrival)
      else events.set(room, [arrival])
    } else if (kind === 'membership') {
      if (mine && room) moved.add(room)
    } else if (kind === 'receipt') {
      if (room && (user === undefined || mine)) receipts.add(room.roomId)
    } else if (kind === 'push') {
      if (room && mine) counts.add(room.roomId)
    } else if (kind === 'account-data') seen.accountData ||= mine
    else if (kind === 'to-device') seen.toDevice ||= mine
    else if (kind === 'device-list') seen.deviceLists = true
    else if (kind === 'presence') seen.presence = true
  }
  const memberships = [...moved].filter((room) => room.since <= upTo)
  if (memberships.length > 0) seen.deviceLists = true
  return { rooms: events, memberships, receipts, counts, ...seen }
}

/** The facts are not in memory: `rooms` are as they are now, with the positions of their newest events. */
export function newsFromRooms({ after, upTo }: Window, rooms: Iterable<UserRoom>): News {
  const changed = new Map<UserRoom, undefined>()
  const memberships: UserRoom[] = []
  for (const room of rooms) {
    if (room.membership === 'join' && room.roomPosition > after) changed.set(room, undefined)
    if (room.since > after && room.since <= upTo) memberships.push(room)
  }
  return {
    rooms: changed,
    memberships,
    receipts: undefined,
    counts: new Set(),
    accountData: true,
    toDevice: true,
    deviceLists: true,
    presence: true,
  }
}
