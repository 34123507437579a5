// Events as one reader sees them: what history visibility hides is left out, and `unsigned` says what is the reader's own.
// The text of an event is made once and shared; only `unsigned` is made per reader.
// spec: client-server-api #room-event-format, modules/history_visibility.md, #aggregations-of-child-events

import { type Unsigned, withUnsigned } from '#protocol/client-event/client-event.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import {
  type BeforeAndAfter,
  type Membership,
  membershipOf,
  sightOf,
  visibilityAround,
} from '#protocol/history-visibility/history-visibility.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from '../room/engine.ts'
import type { StateEvents } from '../room/hot-room.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { membershipCodes, membershipOfCode, type NodeHash } from '../state/state-map.ts'
import { membershipInRoom } from '../store/read-memberships.ts'
import { bundlesOf } from './bundles.ts'
import { endOfStay } from './end-of-stay.ts'
import { contentText, prefixOf, type Reader, type ShowOptions } from './event-form.ts'

export interface ShownEvent {
  readonly known: KnownEvent
  readonly json: string
}

/** The events that the reader may see, in the order given, as JSON texts. All of one room. */
export async function showEvents(
  engine: Engine,
  events: readonly KnownEvent[],
  reader: Reader,
  options: ShowOptions,
): Promise<ShownEvent[]> {
  const [first] = events
  if (!first) return []
  const states = options.plain ? noStates : await statesBefore(engine, events, reader.userId)
  const seen = options.visible ? events : await seenBy(engine, events, states, reader.userId)
  const replaced = options.plain ? nothingReplaced : await replacedBy(engine, seen)
  const redactions = await engine.log.byNids(seen.flatMap(({ redactedBy }) => redactedBy ?? []))
  const { related } = options
  const parents = related ? seen.filter(({ event }) => related.has(event.eventId)) : options.bundles ? seen : []
  const bundles = await bundlesOf(engine, parents, reader, options, async (children) =>
    seenBy(engine, children, await statesBefore(engine, children, reader.userId), reader.userId),
  )
  const now = engine.parts.clock.now()
  return seen.map((known) => {
    const state = states.get(known.stateBefore ?? ('' as NodeHash))
    const before = replaced.get(known.nid)
    const redaction = known.redactedBy === undefined ? undefined : redactions.get(known.redactedBy)
    const relationsJson = bundles.get(known.event.eventId)
    const unsigned: Unsigned = {
      age: now - known.event.originServerTs,
      ...(state && { membership: ownMembership(known.event, reader.userId, state).after }),
      ...(known.txnId !== undefined &&
        known.deviceId === reader.deviceId &&
        known.event.sender === reader.userId && { transactionId: known.txnId }),
      ...(before && { replacesState: before.event.eventId, prevContentJson: contentText(before) }),
      ...(redaction && { redactedBecauseJson: withUnsigned(prefixOf(redaction, options)) }),
      ...(relationsJson !== undefined && { relationsJson }),
    }
    return { known, json: withUnsigned(prefixOf(known, options), unsigned) }
  })
}

const noStates: ReadonlyMap<NodeHash, ReaderState> = new Map()
const nothingReplaced: ReadonlyMap<number, KnownEvent> = new Map()

/** Those that the reader may see. Asks when the reader came and went only where that decides. */
async function seenBy(
  engine: Engine,
  events: readonly KnownEvent[],
  states: ReadonlyMap<NodeHash, ReaderState>,
  userId: UserId,
): Promise<KnownEvent[]> {
  const sees = (known: KnownEvent, joinedUntilPosition: number): boolean => {
    const state = states.get(known.stateBefore ?? ('' as NodeHash))
    return state !== undefined && isSeen(known, state, userId, joinedUntilPosition)
  }
  const [first] = events
  const there = events.filter((known) => sees(known, Number.NEGATIVE_INFINITY))
  if (!first || there.length === events.length) return there
  const joined = await joinedUntil(engine, first.roomNid, userId)
  return joined === Number.NEGATIVE_INFINITY ? there : events.filter((known) => sees(known, joined))
}

/** What of a state the reader's sight depends on. */
interface ReaderState {
  readonly visibility: StateEvents
  readonly membership: Membership
}

/** The states before the events, one look per state. The reader's membership is in the state itself: no member event is read. */
async function statesBefore(engine: Engine, events: readonly KnownEvent[], userId: UserId) {
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

function ownMembership(event: RoomEvent, userId: UserId, { membership }: ReaderState): BeforeAndAfter<Membership> {
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

function isSeen(known: KnownEvent, state: ReaderState, userId: UserId, joinedUntilPosition: number): boolean {
  const sight = sightOf({
    visibility: visibilityAround(known.event, state.visibility),
    membership: ownMembership(known.event, userId, state),
    joinedLater: known.position !== null && known.position < joinedUntilPosition,
  })
  return sight !== 'hidden'
}

/** The state event that each state event replaced. */
async function replacedBy(engine: Engine, events: readonly KnownEvent[]): Promise<Map<number, KnownEvent>> {
  const nids = new Map<number, number>()
  for (const { nid, event, stateBefore } of events) {
    if (event.stateKey === undefined || stateBefore === undefined) continue
    const key = { type: event.type, stateKey: event.stateKey }
    const root = await engine.nodes.ensure(engine.root(stateBefore), [key])
    const entry = engine.nodes.trie.get(root, key.type, key.stateKey)
    if (entry) nids.set(nid, entry.eventNid)
  }
  const found = await engine.log.byNids(nids.values())
  const replaced = new Map<number, KnownEvent>()
  for (const [nid, beforeNid] of nids) {
    const before = found.get(beforeNid)
    if (before) replaced.set(nid, before)
  }
  return replaced
}
