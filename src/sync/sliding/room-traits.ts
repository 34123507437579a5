// What lists filter rooms by: encrypted or not, of which type, which rooms are in a space. Read for many rooms with few queries and kept
// until an event of the room changes it.
// spec: proposals/4186 (SlidingRoomFilter); client-server-api/modules/spaces.md

import { BoundedCache } from '#platform/limits/limits.ts'
import type { StreamedFact } from '#platform/stream/stream.ts'
import { isObject, type Json, objectAt, stringAt } from '#protocol/json/json.ts'
import type { EventFact, Rooms, UserRoom } from '#rooms/rooms.ts'

/** Rooms of the tenant whose traits are kept: some 60 bytes each. */
const MOST_ROOMS = 200_000
/** Rooms in spaces that are kept, over all spaces. */
const MOST_CHILDREN = 200_000

const CREATE = 'm.room.create'
const ENCRYPTION = 'm.room.encryption'
const SPACE_CHILD = 'm.space.child'
const keys = [CREATE, ENCRYPTION].map((type) => ({ type, stateKey: '' }))

export interface RoomTraits {
  readonly isEncrypted: boolean
  /** Null: none. */
  readonly type: string | null
}

const unknownTraits: RoomTraits = { isEncrypted: false, type: null }

export class TraitsOfRooms {
  readonly #rooms: Rooms
  readonly #traits = new BoundedCache<number, RoomTraits>({ capacity: MOST_ROOMS })
  readonly #children = new BoundedCache<number, ReadonlySet<string>>({
    capacity: MOST_CHILDREN,
    weigh: (children) => children.size + 1,
  })
  /** Of invites from outside, by the rooms as they are in memory. */
  readonly #outside = new WeakMap<UserRoom, RoomTraits>()
  #epoch = 0

  constructor(rooms: Rooms) {
    this.#rooms = rooms
  }

  /** The traits of the rooms, in their order. */
  async of(rooms: readonly UserRoom[]): Promise<RoomTraits[]> {
    const missing = rooms.filter((room) => room.strippedState === undefined && !this.#traits.has(room.roomNid))
    const read = missing.length > 0 ? await this.#read(missing.map(({ roomNid }) => roomNid)) : undefined
    return rooms.map((room) => {
      if (room.strippedState !== undefined) return this.#ofInvite(room, room.strippedState)
      return read?.get(room.roomNid) ?? this.#traits.get(room.roomNid) ?? unknownTraits
    })
  }

  /** Rooms that a space names as its own. */
  async childrenOf(space: UserRoom): Promise<ReadonlySet<string>> {
    const known = this.#children.get(space.roomNid)
    if (known) return known
    const epoch = this.#epoch
    const state = (await this.#rooms.sync.currentStates([space.roomNid])).get(space.roomNid)
    const entries = state ? await this.#rooms.stateEntries(state) : []
    const nids = entries.filter(({ type }) => type === SPACE_CHILD).map(({ eventNid }) => eventNid)
    const children = new Set<string>()
    for (const { event } of (await this.#rooms.eventsByNid(nids)).values()) {
      if (event.stateKey !== undefined && Array.isArray(event.content['via'])) children.add(event.stateKey)
    }
    if (epoch === this.#epoch) this.#children.set(space.roomNid, children)
    return children
  }

  /** Another process has committed nobody knows what, or `facts` were committed. */
  noteCommit(facts: readonly StreamedFact[]): void {
    if (facts.length === 0) {
      this.#epoch += 1
      this.#traits.clear()
      this.#children.clear()
    }
    for (const { kind, payload } of facts) {
      if (kind !== 'event') continue
      const { known } = payload as EventFact // the payload of every fact of this kind
      const { type, stateKey } = known.event
      // A resolution of states can change any of them.
      const anyMayChange = known.stateCurrent !== undefined
      if (stateKey === undefined && !anyMayChange) continue
      if (anyMayChange || type === CREATE || type === ENCRYPTION) this.#forget(this.#traits, known.roomNid)
      if (anyMayChange || type === SPACE_CHILD) this.#forget(this.#children, known.roomNid)
    }
  }

  #forget(cache: BoundedCache<number, RoomTraits> | BoundedCache<number, ReadonlySet<string>>, roomNid: number): void {
    this.#epoch += 1
    cache.delete(roomNid)
  }

  async #read(roomNids: readonly number[]): Promise<Map<number, RoomTraits>> {
    const epoch = this.#epoch
    const states = [...(await this.#rooms.sync.currentStates(roomNids))]
    const found = await this.#rooms.sync.stateEvents(states.map(([, state]) => ({ state, keys })))
    const read = new Map<number, RoomTraits>()
    for (const [index, [roomNid]] of states.entries()) {
      const events = found[index]
      const isEncrypted = events?.get(ENCRYPTION, '') !== undefined
      const type = stringAt(events?.get(CREATE, '')?.content ?? {}, 'type') ?? null
      read.set(roomNid, { isEncrypted, type })
    }
    if (epoch === this.#epoch) for (const [roomNid, traits] of read) this.#traits.set(roomNid, traits)
    return read
  }

  #ofInvite(room: UserRoom, strippedState: string): RoomTraits {
    const known = this.#outside.get(room)
    if (known) return known
    const events = (JSON.parse(strippedState) as readonly Json[]).filter(isObject) // our own text
    const create = events.find((event) => stringAt(event, 'type') === CREATE)
    const isEncrypted = events.some((event) => stringAt(event, 'type') === ENCRYPTION)
    const traits = { isEncrypted, type: stringAt((create && objectAt(create, 'content')) ?? {}, 'type') ?? null }
    this.#outside.set(room, traits)
    return traits
  }
}
