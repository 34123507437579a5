// Which events one reader may see, and which of them without what they said.
// spec: client-server-api/modules/history_visibility.md #server-behaviour; POST /account/deactivate (erase)

import type { RoomEvent } from '#protocol/events/events.ts'
import {
  type BeforeAndAfter,
  type Membership,
  membershipOf,
  type Sight,
  sightOf,
  visibilityAround,
} from '#protocol/history-visibility/history-visibility.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from '../room/engine.ts'
import type { StateEvents } from '../room/hot-room.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { membershipCodes, membershipOfCode, type NodeHash } from '../state/state-map.ts'
import { membershipInRoom } from '../store/read-memberships.ts'
import { endOfStay } from './end-of-stay.ts'

export interface Seen {
  readonly events: readonly KnownEvent[]
  /** Numbers of those that are shown as if redacted: written by users who are erased, when the reader was not there. */
  readonly pruned: ReadonlySet<number>
}

/** What of a state the reader's sight depends on. */
export interface ReaderState {
  readonly visibility: StateEvents
  readonly membership: Membership
}

/** The states before the events, one look per state. The reader's membership is in the state itself: no member event is read. */
export async function statesBefore(engine: Engine, events: readonly KnownEvent[], userId: UserId) {
  const visibility = { type: 'm.room.history_visibility', stateKey: '' }
  const own = { type: 'm.room.member', stateKey: userId }
  const names = new Set(events.flatMap(({ stateBefore }) => stateBefore ?? []))
  const states = new Map<NodeHash, ReaderState>()
  for (const name of names) {
    const root = await engine.nodes.ensure(engine.root(name), [visibility, own])
    const code = engine.nodes.trie.get(root, own.type, own.stateKey)?.membership ?? 0
    const membership = membershipOfCode(code) ?? 'leave'
    states.set(name, { visibility: await engine.stateEventsAt(root, [visibility]), membership })
  }
  return states
}

/** Those that the reader may see. Asks when the reader came and went only where that decides. */
export async function seenBy(
  engine: Engine,
  events: readonly KnownEvent[],
  states: ReadonlyMap<NodeHash, ReaderState>,
  userId: UserId,
): Promise<Seen> {
  const [first] = events
  if (!first) return { events, pruned: new Set() }
  const erased = await engine.erasedUsers()
  const look = (joinedUntilPosition: number): Sight[] =>
    events.map((known) => {
      const state = states.get(known.stateBefore ?? ('' as NodeHash))
      if (!state) return 'hidden'
      return sightOf({
        visibility: visibilityAround(known.event, state.visibility),
        membership: ownMembership(known.event, userId, state),
        joinedLater: known.position !== null && known.position < joinedUntilPosition,
        senderErased: erased.has(known.event.sender),
      })
    })
  const there = look(Number.NEGATIVE_INFINITY)
  if (!there.includes('hidden')) return seen(events, there)
  const joined = await joinedUntil(engine, first.roomNid, userId)
  return seen(events, joined === Number.NEGATIVE_INFINITY ? there : look(joined))
}

function seen(events: readonly KnownEvent[], sights: readonly Sight[]): Seen {
  const pruned = new Set<number>()
  for (const [index, { nid }] of events.entries()) if (sights[index] === 'redacted') pruned.add(nid)
  return { events: events.filter((_, index) => sights[index] !== 'hidden'), pruned }
}

export function ownMembership(
  event: RoomEvent,
  userId: UserId,
  { membership }: ReaderState,
): BeforeAndAfter<Membership> {
  const changesIt = event.type === 'm.room.member' && event.stateKey === userId
  return { before: membership, after: changesIt ? membershipOf(event) : membership }
}

/** Until which position the reader was or is in the room; infinity while in it. */
async function joinedUntil(engine: Engine, roomNid: number, userId: UserId): Promise<number> {
  const row = await engine.parts.database.one(membershipInRoom, roomNid, userId)
  if (!row) return Number.NEGATIVE_INFINITY
  if (row.membership === membershipCodes.join) return Number.POSITIVE_INFINITY
  const left = await endOfStay(engine, row.event_nid, userId)
  return left?.position ?? Number.NEGATIVE_INFINITY
}
