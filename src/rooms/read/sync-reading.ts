// What sync reads of rooms: many rooms with few queries, states as entries instead of events, texts that all readers share.
// spec: client-server-api #syncing; docs/architecture.md, decisions 3 and 4

import type { Position } from '#platform/stream/stream.ts'
import { withUnsigned } from '#protocol/client-event/client-event.ts'
import type { RelatedEvent } from '#protocol/event-filter/event-filter.ts'
import type { EventId, UserId } from '#protocol/identifiers/identifiers.ts'
import { stateKeyOf } from '#protocol/state-resolution/state-resolution.ts'
import type { Engine } from '../room/engine.ts'
import { StateEvents } from '../room/hot-room.ts'
import type { KnownEvent } from '../room/known-event.ts'
import type { NodeHash, StateEntry } from '../state/state-map.ts'
import { bytesToHash, type StateKey } from '../state/state-nodes.ts'
import type { StoredEvent } from '../store/read-events.ts'
import {
  countsOfRooms,
  heroesOfRooms,
  lastArrivals,
  newestByArrival,
  newestByTopology,
  newestOfTypes,
  statesOfRooms,
} from '../store/read-for-sync.ts'
import { bundledParents } from '../store/read-relations.ts'
import { endOfStay } from './end-of-stay.ts'
import { prefixOf, type ShowOptions } from './event-form.ts'
import { relatedBy } from './related-by.ts'

/** Events of a room that are looked at for its newest one of some types: state of many people who came can stand before it. */
const MOST_LOOKED_AT = 200

/** Rooms in one query: bounds one answer of the database to some megabytes. */
const ROOMS_PER_QUERY = 200

/** A point in a room's order of arrival. */
export interface RoomPoint {
  readonly roomNid: number
  readonly position: Position
}

export interface RoomCounts {
  readonly joined: number
  readonly invited: number
}

export class SyncReading {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** The newest events of each room in topological order, oldest first, of those that have arrived by `upTo`. */
  async newestByTopology(
    roomNids: readonly number[],
    upTo: Position,
    limit: number,
  ): Promise<Map<number, KnownEvent[]>> {
    const { database } = this.#engine.parts
    const byRoom = new Map<number, KnownEvent[]>()
    for (const nids of chunksOf(roomNids)) {
      const rows = await database.run(newestByTopology, nids, upTo, limit)
      const events = await this.#engine.log.byNids(rows.map((row) => row.event_nid))
      for (const [roomNid, some] of Map.groupBy(rows, (row) => row.room_nid)) {
        const newest = some.flatMap((row) => events.get(row.event_nid) ?? [])
        byRoom.set(roomNid, newest.reverse())
      }
    }
    return byRoom
  }

  /** The newest events of each room by arrival with positions in (position of its point, upTo], oldest first. */
  async newestByArrival(
    points: readonly RoomPoint[],
    upTo: Position,
    limit: number,
  ): Promise<Map<number, KnownEvent[]>> {
    const { database } = this.#engine.parts
    const chunks = chunksOf(points).map((some) =>
      database.run(
        newestByArrival,
        some.map((point) => point.roomNid),
        some.map((point) => point.position),
        upTo,
        limit,
      ),
    )
    return this.#byRoom(await Promise.all(chunks))
  }

  /** The newest visible event of each room at or before the point; undefined before the room's first. */
  async lastArrivals(points: readonly RoomPoint[]): Promise<(KnownEvent | undefined)[]> {
    const nids = new Array<number | undefined>(points.length)
    for (let at = 0; at < points.length; at += ROOMS_PER_QUERY) {
      const some = points.slice(at, at + ROOMS_PER_QUERY)
      const rooms = some.map((point) => point.roomNid)
      const positions = some.map((point) => point.position)
      for (const row of await this.#engine.parts.database.run(lastArrivals, rooms, positions)) {
        nids[at + row.place - 1] = row.event_nid
      }
    }
    const events = await this.#engine.log.byNids(nids.filter((nid) => nid !== undefined))
    return nids.map((nid) => (nid === undefined ? undefined : events.get(nid)))
  }

  /** The entries of a state for the keys; undefined where there is none. Reads no event. */
  async entriesAt(hash: NodeHash, keys: readonly StateKey[]): Promise<(StateEntry | undefined)[]> {
    const { nodes } = this.#engine
    const root = await nodes.ensure(nodes.root(hash), keys)
    return keys.map(({ type, stateKey }) => nodes.trie.get(root, type, stateKey))
  }

  /**
   * Events of many states, by key, in the order asked for: one query for each level of the tries and one for the events, however many
   * states there are. What was read stays in memory for who reads one of the rooms next.
   */
  async stateEvents(
    asked: readonly { readonly state: NodeHash; readonly keys: readonly StateKey[] }[],
  ): Promise<StateEvents[]> {
    const { nodes, log } = this.#engine
    const roots = await nodes.ensureMany(asked.map(({ state, keys }) => ({ root: nodes.root(state), keys })))
    const entries = roots.map((root, index) =>
      (asked[index]?.keys ?? []).flatMap(({ type, stateKey }) => nodes.trie.get(root, type, stateKey) ?? []),
    )
    const events = await log.byNids(entries.flatMap((some) => some.map(({ eventNid }) => eventNid)))
    return entries.map((some) => {
      const known = new Map<string, KnownEvent>()
      for (const { type, stateKey, eventNid } of some) {
        const event = events.get(eventNid)
        if (event) known.set(stateKeyOf(type, stateKey), event)
      }
      return new StateEvents(known)
    })
  }

  /** Names of the rooms' current states; rooms whose state we do not have are left out. */
  async currentStates(roomNids: readonly number[]): Promise<Map<number, NodeHash>> {
    const states = new Map<number, NodeHash>()
    for (const nids of chunksOf(roomNids)) {
      for (const row of await this.#engine.parts.database.run(statesOfRooms, nids)) {
        states.set(row.room_nid, bytesToHash(row.state_root))
      }
    }
    return states
  }

  /**
   * Position of the newest event of one of the types in each room. Where the room's newest 200 events are all of other types, the oldest
   * of those stands for it; rooms with fewer events, and none of the types, are left out.
   */
  async newestOfTypes(roomNids: readonly number[], types: readonly string[]): Promise<Map<number, Position>> {
    const positions = new Map<number, Position>()
    for (const nids of chunksOf(roomNids)) {
      for (const row of await this.#engine.parts.database.run(newestOfTypes, nids, types, MOST_LOOKED_AT)) {
        positions.set(row.room_nid, row.position)
      }
    }
    return positions
  }

  /** Was the user ever in the room, as far as their newest membership event there leads back? */
  async hasStayed(memberNid: number, userId: UserId): Promise<boolean> {
    return (await endOfStay(this.#engine, memberNid, userId)) !== undefined
  }

  /** Whom rooms are called after for the reader: at most five, those who have left only where nobody else is. */
  async heroes(roomNids: readonly number[], reader: UserId): Promise<Map<number, UserId[]>> {
    const heroes = new Map<number, UserId[]>()
    for (const nids of chunksOf(roomNids)) {
      for (const row of await this.#engine.parts.database.run(heroesOfRooms, nids, reader)) {
        const list = heroes.get(row.room_nid)
        if (list) list.push(row.user_id as UserId)
        else heroes.set(row.room_nid, [row.user_id as UserId])
      }
    }
    return heroes
  }

  /** Joined and invited members of rooms, as they are now. */
  async counts(roomNids: readonly number[]): Promise<Map<number, RoomCounts>> {
    const counts = new Map<number, RoomCounts>()
    for (const nids of chunksOf(roomNids)) {
      for (const { room_nid, joined, invited } of await this.#engine.parts.database.run(countsOfRooms, nids)) {
        counts.set(room_nid, { joined, invited })
      }
    }
    return counts
  }

  /** Which of the events others relate to, so that `show` need not ask for each room. */
  async related(eventIds: readonly EventId[]): Promise<Set<EventId>> {
    if (eventIds.length === 0) return new Set()
    const rows = await this.#engine.parts.database.run(bundledParents, eventIds)
    return new Set(rows.map((row) => row.parent_id as EventId))
  }

  /** Which of the events, of any rooms, have a child that satisfies a filter. One query. */
  relatedBy(eventIds: readonly EventId[], satisfies: (child: RelatedEvent) => boolean): Promise<Set<EventId>> {
    return relatedBy(this.#engine, eventIds, satisfies)
  }

  /** State events as texts that all readers share: nothing in `unsigned` but why a redacted one is empty. */
  async stateTexts(events: readonly KnownEvent[], options: ShowOptions): Promise<string[]> {
    const redactions = await this.#engine.log.byNids(events.flatMap(({ redactedBy }) => redactedBy ?? []))
    return events.map((known) => {
      const redaction = known.redactedBy === undefined ? undefined : redactions.get(known.redactedBy)
      const redactedBecauseJson = redaction && withUnsigned(prefixOf(redaction, options))
      return withUnsigned(prefixOf(known, options), redactedBecauseJson === undefined ? {} : { redactedBecauseJson })
    })
  }

  #byRoom(chunks: readonly (readonly StoredEvent[])[]): Map<number, KnownEvent[]> {
    const byRoom = new Map<number, KnownEvent[]>()
    for (const rows of chunks) {
      for (const row of rows) {
        const known = this.#engine.log.known(row)
        const list = byRoom.get(known.roomNid)
        if (list) list.push(known)
        else byRoom.set(known.roomNid, [known])
      }
    }
    for (const list of byRoom.values()) list.reverse()
    return byRoom
  }
}

function chunksOf<Item>(items: readonly Item[]): Item[][] {
  const chunks: Item[][] = []
  for (let at = 0; at < items.length; at += ROOMS_PER_QUERY) chunks.push(items.slice(at, at + ROOMS_PER_QUERY))
  return chunks
}
