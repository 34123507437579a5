// Follows what changes the cards of rooms and the names of people, from cursors of its own.
// spec: docs/architecture.md §4

import type { Accounts } from '#accounts/accounts.ts'
import { type Follower, type FollowerParts, follow } from '#platform/follow/follow.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import { type NewEvent, readNews } from '../index/read-news.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import type { PeopleNames } from './people-names.ts'
import type { RoomCards } from './room-cards.ts'

/** Events per turn: of member events, as many rows. */
const BATCH = 500
/** Milliseconds in which news gather; not while somebody looks. */
const REST = 200

interface Parts {
  readonly engine: Engine
  readonly accounts: Pick<Accounts, 'profiles' | 'users'>
  readonly cards: RoomCards
  readonly names: PeopleNames
}

export async function followDiscovery(parts: Parts, following: FollowerParts): Promise<readonly Follower[]> {
  const { engine, accounts, names } = parts
  return [
    await follow<NewEvent>(
      {
        name: 'rooms.discovery',
        kinds: ['event'],
        batch: BATCH,
        rest: REST,
        read: (after, upTo, limit) => readNews(engine, after, upTo, limit),
        handle: (events) =>
          noteEvents(
            parts,
            events.map(({ known }) => known),
          ),
      },
      following,
    ),
    await follow(
      {
        name: 'rooms.own_names',
        kinds: ['profile'],
        batch: BATCH,
        rest: REST,
        read: (after, upTo, limit) => accounts.profiles.changes(after, upTo, limit),
        handle: (changes) => names.noteProfiles(changes),
      },
      following,
    ),
    await follow(
      {
        name: 'rooms.gone_names',
        kinds: ['account'],
        batch: BATCH,
        rest: REST,
        read: (after, upTo, limit) => accounts.users.changes(after, upTo, limit),
        handle: (changes) =>
          names.noteGone(changes.filter(({ account }) => account.isDeactivated).map(({ account }) => account.userId)),
      },
      following,
    ),
  ]
}

async function noteEvents({ engine, cards, names }: Parts, events: readonly KnownEvent[]): Promise<void> {
  const changed = new Set<RoomId>()
  const members: KnownEvent[] = []
  for (const known of events) {
    const isFork = known.stateCurrent !== undefined && known.stateCurrent !== known.stateAfter
    if (known.event.stateKey !== undefined || isFork) changed.add(known.event.roomId)
    if (known.event.type === 'm.room.member') members.push(known)
    if (isFork) members.push(...(await membersMoved(engine, known)))
  }
  for (const known of await redactedState(engine, events)) {
    changed.add(known.event.roomId)
    members.push(known)
  }
  for (const roomId of changed) {
    const change = await cards.refresh(roomId)
    if (change === 'come') await names.enterRoom(roomId)
    if (change === 'gone') await names.leaveRoom(roomId)
  }
  await names.note(members)
}

/** Events of the current state that are shown no more: a name that was redacted. */
async function redactedState(engine: Engine, events: readonly KnownEvent[]): Promise<KnownEvent[]> {
  const targets = events.flatMap(({ event }) => event.redacts ?? [])
  if (targets.length === 0) return []
  const current: KnownEvent[] = []
  for (const known of await engine.inOrder(targets)) {
    const { type, stateKey, roomId } = known.event
    if (stateKey === undefined || known.redactedBy === undefined) continue
    const state = (await engine.room(roomId))?.committed.state
    const now = state && (await engine.stateEventsAt(state, [{ type, stateKey }])).known(type, stateKey)
    if (now?.nid === known.nid) current.push(now)
  }
  return current
}

/** Members whom a state resolution put into another state than the event that brought it. */
async function membersMoved(engine: Engine, { stateAfter, stateCurrent }: KnownEvent): Promise<KnownEvent[]> {
  if (!stateAfter || !stateCurrent) return []
  const { nodes, log } = engine
  const [before, after] = await nodes.ensureDifference(engine.root(stateAfter), engine.root(stateCurrent))
  const nids = nodes.trie
    .difference(before, after)
    .flatMap(({ after: entry }) => (entry?.type === 'm.room.member' ? entry.eventNid : []))
  return [...(await log.byNids(nids)).values()]
}
