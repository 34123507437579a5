// The required state of a room in an answer: all that is wanted in a room that is told anew, else what differs, what a wider config adds, and
// with lazy loading the members whom the timeline needs.
// spec: proposals/4186 (lazy loaded memberships, changes to required_state)

import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { NodeHash, Rooms, StateChange, StateEntry, StateKey } from '#rooms/rooms.ts'
import type { Timeline } from '../timelines.ts'
import type { WantedState } from './required-state.ts'
import type { StateBeyondKeys } from './state-beyond-keys.ts'

const MEMBER = 'm.room.member'

export interface RequiredStateWish {
  readonly roomNid: number
  readonly timeline: Timeline
  readonly wanted: WantedState
  /** What the client has been told to go by until now; undefined: it knows nothing of the room. */
  readonly before: WantedState | undefined
  /** What has changed since then. */
  readonly changes: readonly StateChange[]
  /** Members that the client has been told already, by user: their event numbers. */
  readonly told: ReadonlyMap<UserId, number>
}

export interface RequiredStateEntries {
  readonly entries: readonly StateEntry[]
  /** State that is there no more. */
  readonly gone: readonly StateKey[]
}

/** Keys of which the state must be known to make the entries: so that all rooms' are loaded together. */
export function keysToKnow({ timeline, wanted, before }: RequiredStateWish): StateKey[] {
  const keys = before === wanted ? [] : [...wanted.exact]
  if (wanted.lazyMembers) keys.push(...membersIn(timeline))
  return keys
}

/** Who speaks in the timeline, and whom its member events are about. */
function membersIn({ events }: Timeline): StateKey[] {
  const users = new Set<string>()
  for (const { event } of events) {
    users.add(event.sender)
    if (event.type === MEMBER && event.stateKey !== undefined) users.add(event.stateKey)
  }
  return [...users].map((stateKey) => ({ type: MEMBER, stateKey }))
}

export async function requiredState(
  rooms: Rooms,
  beyondKeys: StateBeyondKeys,
  wish: RequiredStateWish,
): Promise<RequiredStateEntries> {
  const { roomNid, timeline, wanted, before, changes, told } = wish
  const entries = new Map<string, StateEntry>()
  const gone: StateKey[] = []
  const add = (entry: StateEntry) => void entries.set(`${entry.type}\0${entry.stateKey}`, entry)
  if (before) {
    for (const change of changes) {
      const { after } = change
      const key = after ?? change.before
      if (!key || !isToldChange(wish, key)) continue
      if (after) add(after)
      else gone.push({ type: key.type, stateKey: key.stateKey })
    }
  }
  const state = timeline.end
  if (!state) return { entries: [...entries.values()], gone }
  if (before !== wanted) {
    const isNews = (key: StateKey) => wanted.wants(key) && !before?.wants(key)
    for (const entry of await newlyWanted(rooms, beyondKeys, { roomNid, state, wanted })) if (isNews(entry)) add(entry)
  }
  if (wanted.lazyMembers) {
    for (const entry of await rooms.sync.entriesAt(state, membersIn(timeline))) {
      if (entry && told.get(entry.stateKey as UserId) !== entry.eventNid) add(entry)
    }
  }
  return { entries: [...entries.values()], gone }
}

/** Changes of members that are loaded lazily are told where no event was left out, so that clients may keep a list of members. */
function isToldChange({ wanted, timeline }: RequiredStateWish, key: StateKey): boolean {
  return wanted.wants(key) || (key.type === MEMBER && wanted.lazyMembers && !timeline.limited)
}

async function newlyWanted(
  rooms: Rooms,
  beyondKeys: StateBeyondKeys,
  { roomNid, state, wanted }: { readonly roomNid: number; readonly state: NodeHash; readonly wanted: WantedState },
): Promise<StateEntry[]> {
  const exact = (await rooms.sync.entriesAt(state, wanted.exact)).filter((entry) => entry !== undefined)
  if (!wanted.asksBeyondKeys) return exact
  return [...exact, ...(await beyondKeys.entries(roomNid, state, wanted.asksForMembers))]
}
