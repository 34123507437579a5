// The state section of a room: what a client must know to read the timeline, or with `use_state_after` to know the room behind it. The
// difference of two states costs what differs; whole states are texts that all readers of a room share.
// spec: client-server-api #syncing (state, state_after), #lazy-loading-room-members; proposals/4222

import { BoundedCache } from '#platform/limits/limits.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { KnownEvent, NodeHash, Rooms, StateEntry } from '#rooms/rooms.ts'
import { type Asking, pickedText, showOptionsOf } from './asking.ts'
import type { Timeline } from './timelines.ts'

/** Characters of whole states kept: the rooms that people are opening just now. */
const TEXT_IN_MEMORY = 32 * 1024 * 1024
/** Rooms of which it is remembered that a redaction has changed texts. */
const REDACTED_ROOMS = 10_000

/** What one room's section is made from. */
export interface StateWish {
  readonly roomNid: number
  readonly timeline: Timeline
  /** The events that the reader really gets. */
  readonly shown: readonly KnownEvent[]
  /** All of the state, not what differs from `timeline.previous`. */
  readonly whole: boolean
  /** With lazy loading: members to tell beside those that differ; undefined: no lazy loading. */
  readonly members: ReadonlySet<UserId> | undefined
  /** Members that the client has been told already, by user: their event numbers. */
  readonly told: ReadonlyMap<UserId, number>
}

export interface StateSection {
  /** JSON texts joined by commas. */
  readonly text: string
  readonly isEmpty: boolean
  /** With lazy loading: the members in it, by user. */
  readonly members: ReadonlyMap<UserId, number>
}

export class StateSections {
  readonly #rooms: Rooms
  readonly #texts = new BoundedCache<string, string>({
    capacity: TEXT_IN_MEMORY,
    weigh: (text, key) => text.length + key.length,
  })
  /** A new number for a room whenever an event in it is redacted: its texts are others then. */
  readonly #editions: BoundedCache<number, number>
  #edition = 0

  constructor(rooms: Rooms) {
    this.#rooms = rooms
    this.#editions = new BoundedCache({ capacity: REDACTED_ROOMS, onLeave: () => this.#texts.clear() })
  }

  /** An event of the room was redacted. */
  redacted(roomNid: number): void {
    this.#edition += 1
    this.#editions.set(roomNid, this.#edition)
  }

  async section(asking: Asking, wish: StateWish): Promise<StateSection> {
    return wish.whole ? this.#wholeState(asking, wish) : this.#difference(asking, wish)
  }

  /** What differs between where the client stands and where the timeline begins (or ends). */
  async #difference(asking: Asking, wish: StateWish): Promise<StateSection> {
    const { previous, start, end } = wish.timeline
    const after = asking.stateAfterNames.length > 0
    const entries = new Map<string, StateEntry>()
    const target = after ? end : start
    if (previous !== target) await this.#addChanges(entries, previous, target)
    if (!after && start !== end) await this.#addUntold(entries, wish, start, end)
    await this.#addMembers(entries, wish, target)
    return this.#told(asking, wish, [...entries.values()])
  }

  async #addChanges(
    entries: Map<string, StateEntry>,
    from: NodeHash | undefined,
    to: NodeHash | undefined,
  ): Promise<void> {
    for (const { after } of await this.#rooms.stateDifference(from, to)) {
      // What is gone cannot be told: this API has no word for it.
      if (after) entries.set(keyOf(after), after)
    }
  }

  /**
   * State that the timeline's own events do not lead to: of branches that were joined, reset, or filtered out of the timeline. Where the
   * timeline tells a state event that a resolution passed over, it has the last word: clients lay the timeline over `state`, whatever that
   * says of the key. See docs/decisions/0028; `state_after` is the way out.
   */
  async #addUntold(
    entries: Map<string, StateEntry>,
    { shown }: StateWish,
    start: NodeHash | undefined,
    end: NodeHash | undefined,
  ): Promise<void> {
    const keys = keysOfState(shown)
    for (const { after } of await this.#rooms.stateDifference(start, end)) {
      if (after && !keys.has(keyOf(after))) entries.set(keyOf(after), after)
    }
  }

  async #addMembers(
    entries: Map<string, StateEntry>,
    { members, told }: StateWish,
    state: NodeHash | undefined,
  ): Promise<void> {
    if (!members || members.size === 0 || !state) return
    const keys = [...members].map((stateKey) => ({ type: 'm.room.member', stateKey }))
    for (const entry of await this.#rooms.sync.entriesAt(state, keys)) {
      if (entry && told.get(entry.stateKey as UserId) !== entry.eventNid) entries.set(keyOf(entry), entry)
    }
  }

  async #wholeState(asking: Asking, wish: StateWish): Promise<StateSection> {
    const { start, end } = wish.timeline
    const after = asking.stateAfterNames.length > 0
    const corrected = new Map<string, StateEntry>()
    if (!after && start !== end) await this.#addUntold(corrected, wish, start, end)
    const base = after ? end : start
    if (!base) return this.#told(asking, wish, [...corrected.values()])
    const lazy = wish.members !== undefined
    if (corrected.size > 0 || !asking.wholeState || asking.filter.pickFields) {
      const entries = new Map((await this.#entries(base, lazy)).map((entry) => [keyOf(entry), entry]))
      for (const [key, entry] of corrected) entries.set(key, entry)
      await this.#addMembers(entries, wish, base)
      return this.#told(asking, wish, [...entries.values()])
    }
    const [shared, own] = await Promise.all([
      this.#sharedText(asking, wish.roomNid, base, lazy),
      this.#membersAlone(asking, wish, base),
    ])
    const text = shared !== '' && own.text !== '' ? `${shared},${own.text}` : shared + own.text
    return { text, isEmpty: text === '', members: own.members }
  }

  async #membersAlone(asking: Asking, wish: StateWish, base: NodeHash): Promise<StateSection> {
    const entries = new Map<string, StateEntry>()
    await this.#addMembers(entries, wish, base)
    return this.#told(asking, wish, [...entries.values()])
  }

  /** All of a state as text, made once for all readers; without the members when they are loaded lazily. */
  async #sharedText(asking: Asking, roomNid: number, base: NodeHash, lazy: boolean): Promise<string> {
    const { eventFormat } = asking.filter
    const key = `${roomNid} ${this.#editions.get(roomNid) ?? 0} ${base} ${lazy} ${eventFormat}`
    const kept = this.#texts.get(key)
    if (kept !== undefined) return kept
    const events = await this.#events(await this.#entries(base, lazy))
    const text = (await this.#rooms.sync.stateTexts(events, showOptionsOf(asking))).join()
    this.#texts.set(key, text)
    return text
  }

  async #entries(base: NodeHash, lazy: boolean): Promise<StateEntry[]> {
    const entries = await this.#rooms.stateEntries(base)
    return lazy ? entries.filter(({ type }) => type !== 'm.room.member') : entries
  }

  /** In the order in which they were made: creation first. */
  async #events(entries: readonly StateEntry[]): Promise<KnownEvent[]> {
    const events = await this.#rooms.eventsByNid(entries.map(({ eventNid }) => eventNid))
    return [...events.values()].sort((a, b) => a.event.depth - b.event.depth || a.nid - b.nid)
  }

  async #told(asking: Asking, { members }: StateWish, entries: readonly StateEntry[]): Promise<StateSection> {
    if (entries.length === 0) return nothing
    const { state } = asking.filter.room
    const events = (await this.#events(entries)).filter(({ event }) => state.matches(event))
    const texts = await this.#rooms.sync.stateTexts(events, showOptionsOf(asking))
    const text = texts.map((each) => pickedText(asking, each)).join()
    const told = new Map<UserId, number>()
    if (members) for (const { event, nid } of events) noteMember(told, event.type, event.stateKey, nid)
    return { text, isEmpty: text === '', members: told }
  }
}

const nothing: StateSection = { text: '', isEmpty: true, members: new Map() }

const keyOf = ({ type, stateKey }: StateEntry): string => `${type}\0${stateKey}`

function noteMember(members: Map<UserId, number>, type: string, stateKey: string | undefined, nid: number): void {
  if (type === 'm.room.member' && stateKey !== undefined) members.set(stateKey as UserId, nid)
}

/** Keys of the state that the timeline tells itself. */
function keysOfState(shown: readonly KnownEvent[]): Set<string> {
  const keys = new Set<string>()
  for (const { event } of shown) if (event.stateKey !== undefined) keys.add(`${event.type}\0${event.stateKey}`)
  return keys
}
