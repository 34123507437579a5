// State that is asked for by patterns and not by keys: looked through once for each room, then kept up by what changes. Members are kept
// apart, for nobody wants a large room's thousands of them to find five other events.
// spec: proposals/4186 (RequiredStateRequest)

import { BoundedCache } from '#platform/limits/limits.ts'
import type { NodeHash, Rooms, StateEntry } from '#rooms/rooms.ts'

/** State entries but members, over all rooms: some 100 bytes each. */
const MOST_ENTRIES = 200_000
const MEMBER = 'm.room.member'

interface OtherState {
  readonly state: NodeHash
  readonly entries: readonly StateEntry[]
}

export class StateBeyondKeys {
  readonly #rooms: Rooms
  readonly #other = new BoundedCache<number, OtherState>({
    capacity: MOST_ENTRIES,
    weigh: ({ entries }) => entries.length + 1,
  })

  constructor(rooms: Rooms) {
    this.#rooms = rooms
  }

  /** All entries of a state of the room; without those of members where they are not wanted. */
  async entries(roomNid: number, state: NodeHash, withMembers: boolean): Promise<readonly StateEntry[]> {
    if (withMembers) return this.#rooms.stateEntries(state)
    const known = this.#other.get(roomNid)
    if (known?.state === state) return known.entries
    const entries = known ? await this.#changed(known, state) : await this.#all(state)
    this.#other.set(roomNid, { state, entries })
    return entries
  }

  async #all(state: NodeHash): Promise<StateEntry[]> {
    return (await this.#rooms.stateEntries(state)).filter(({ type }) => type !== MEMBER)
  }

  async #changed({ state: from, entries }: OtherState, to: NodeHash): Promise<StateEntry[]> {
    const changed = new Map(entries.map((entry) => [keyOf(entry), entry]))
    for (const { before, after } of await this.#rooms.stateDifference(from, to)) {
      const entry = after ?? before
      if (!entry || entry.type === MEMBER) continue
      if (after) changed.set(keyOf(after), after)
      else changed.delete(keyOf(entry))
    }
    return [...changed.values()]
  }
}

const keyOf = ({ type, stateKey }: StateEntry): string => `${type}\0${stateKey}`
