// When something that people care about happened last in a room: what clients sort rooms by. From memory, until the stream tells of more.
// spec: proposals/4186 (bump_stamp)

import { BoundedCache } from '#platform/limits/limits.ts'
import type { Position, StreamedFact } from '#platform/stream/stream.ts'
import type { EventFact, Rooms, UserRoom } from '#rooms/rooms.ts'

/** Rooms of the tenant: some 50 bytes each. */
const MOST_ROOMS = 200_000

const types = [
  ...['m.room.create', 'm.room.message', 'm.room.encrypted', 'm.sticker', 'm.call.invite'],
  ...['m.poll.start', 'org.matrix.msc3381.poll.start', 'm.beacon_info', 'org.matrix.msc3672.beacon_info'],
]
const bumping: ReadonlySet<string> = new Set(types)

export class BumpStamps {
  readonly #rooms: Rooms
  readonly #stamps = new BoundedCache<number, Position>({ capacity: MOST_ROOMS })
  #epoch = 0

  constructor(rooms: Rooms) {
    this.#rooms = rooms
  }

  /** The stamps of rooms by number: in rooms that the user is not in, when that came to be. One query at most. */
  async of(rooms: readonly UserRoom[]): Promise<Map<number, Position>> {
    const stamps = new Map<number, Position>()
    const missing: UserRoom[] = []
    for (const room of rooms) {
      const known = room.membership === 'join' ? this.#stamps.get(room.roomNid) : room.since
      if (known === undefined) missing.push(room)
      else stamps.set(room.roomNid, known)
    }
    if (missing.length === 0) return stamps
    const epoch = this.#epoch
    const found = await this.#rooms.sync.newestOfTypes(
      missing.map(({ roomNid }) => roomNid),
      types,
    )
    for (const { roomNid, since } of missing) {
      // Nobody has said anything since they came.
      const stamp = found.get(roomNid) ?? since
      stamps.set(roomNid, stamp)
      if (epoch === this.#epoch && !this.#stamps.has(roomNid)) this.#stamps.set(roomNid, stamp)
    }
    return stamps
  }

  /** Another process has committed nobody knows what, or `facts` were committed. */
  noteCommit(facts: readonly StreamedFact[]): void {
    if (facts.length === 0) {
      this.#epoch += 1
      this.#stamps.clear()
    }
    for (const { kind, payload, position } of facts) {
      if (kind !== 'event') continue
      const { known } = payload as EventFact // the payload of every fact of this kind
      if (bumping.has(known.event.type)) this.#stamps.set(known.roomNid, position)
    }
  }
}
