// A user's rooms in the order of their last activity: loaded with the rooms, and kept up from the facts of the stream, so that a window
// costs no query however many rooms there are.
// spec: proposals/4186 (lists, activity ordering)

import { BoundedCache } from '#platform/limits/limits.ts'
import type { Position, Stream } from '#platform/stream/stream.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Rooms, UserRoom } from '#rooms/rooms.ts'
import type { ActiveUser, RoomsOfUser } from '../attendance.ts'

/** Rooms from which somebody was put out, and those that they left: which of both it was never changes. */
const MOST_LEAVINGS = 100_000
/** So many rooms with news are put in front one by one; with more all are sorted. */
const FEW = 50

export interface RecentRoom {
  readonly room: UserRoom
  /** Of the newest event; where the user is not in the room, of the user's own. */
  readonly position: Position
  /** The user was in the room, and somebody else has ended that: the room stays in the list. */
  readonly putOut: boolean
}

interface Order {
  upTo: Position
  /** The latest first. */
  rooms: readonly RecentRoom[]
}

export class RecentRooms {
  readonly #rooms: Rooms
  readonly #stream: Stream
  /** By the rooms that they order: gone with them. */
  readonly #orders = new WeakMap<RoomsOfUser, Order>()
  readonly #putOut = new BoundedCache<number, boolean>({ capacity: MOST_LEAVINGS })

  constructor(parts: { readonly rooms: Rooms; readonly stream: Stream }) {
    this.#rooms = parts.rooms
    this.#stream = parts.stream
  }

  /** Makes the order of the rooms, where there is none yet. */
  async prepare(user: ActiveUser, mine: RoomsOfUser): Promise<void> {
    if (this.#orders.has(mine)) return
    const upTo = user.roomsReadAt
    await this.#findPutOut(user, mine)
    const rooms: RecentRoom[] = []
    for (const room of mine.values()) {
      const isIn = room.membership === 'join'
      const putOut = isLeft(room) && !room.forgotten && (this.#putOut.get(room.eventNid) ?? false)
      rooms.push({ room, position: isIn ? room.roomPosition : room.since, putOut })
    }
    this.#orders.set(mine, { upTo, rooms: rooms.sort(latestFirst) })
  }

  /** The order as it is at the head of the stream; undefined: too much has happened to know it, so the rooms must be read anew. */
  upToDate(mine: RoomsOfUser): readonly RecentRoom[] | undefined {
    const order = this.#orders.get(mine)
    if (!order) return undefined
    const facts = this.#stream.since(order.upTo)
    if (!facts) return undefined
    const moved = new Map<RoomId, Position>()
    for (const { kind, room, position } of facts) {
      if (kind === 'event' && mine.get(room as RoomId)?.membership === 'join') moved.set(room as RoomId, position)
    }
    order.upTo = this.#stream.head
    if (moved.size > 0) order.rooms = reordered(order.rooms, moved)
    return order.rooms
  }

  async #findPutOut({ userId }: ActiveUser, mine: RoomsOfUser): Promise<void> {
    const unknown = [...mine.values()].filter((room) => isLeft(room) && !this.#putOut.has(room.eventNid))
    if (unknown.length === 0) return
    const events = await this.#rooms.eventsByNid(unknown.map(({ eventNid }) => eventNid))
    for (const { eventNid } of unknown) {
      const sender = events.get(eventNid)?.event.sender
      const byOther = sender !== undefined && sender !== userId
      this.#putOut.set(eventNid, byOther && (await this.#rooms.sync.hasStayed(eventNid, userId)))
    }
  }
}

const isLeft = ({ membership }: UserRoom): boolean => membership === 'leave' || membership === 'ban'

const latestFirst = (one: RecentRoom, other: RecentRoom): number =>
  other.position - one.position || other.room.roomNid - one.room.roomNid

function reordered(rooms: readonly RecentRoom[], moved: ReadonlyMap<RoomId, Position>): RecentRoom[] {
  const first: RecentRoom[] = []
  const rest: RecentRoom[] = []
  for (const recent of rooms) {
    const position = moved.get(recent.room.roomId)
    if (position === undefined) rest.push(recent)
    else first.push({ ...recent, position: Math.max(position, recent.position) })
  }
  if (first.length > FEW) return [...first, ...rest].sort(latestFirst)
  return [...first.sort(latestFirst), ...rest]
}
