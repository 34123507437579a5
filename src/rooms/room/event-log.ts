// Events by number and by ID: from memory when they are recent, else from the database in one query.

import type { Database } from '#platform/database/database.ts'
import type { BoundedCache } from '#platform/limits/limits.ts'
import { eventFromStored } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import { roomVersion } from '#protocol/room-versions/room-versions.ts'
import { bytesToHash } from '../state/state-nodes.ts'
import { eventFlags } from '../store/event-writers.ts'
import { eventsById, eventsByNid, type StoredEvent } from '../store/read-events.ts'
import { isInAuthGraph, type KnownEvent } from './known-event.ts'

export class EventLog {
  readonly #database: Database
  readonly #byNid: BoundedCache<number, KnownEvent>
  readonly #nidOf: BoundedCache<EventId, number>

  constructor(parts: {
    database: Database
    byNid: BoundedCache<number, KnownEvent>
    nidOf: BoundedCache<EventId, number>
  }) {
    this.#database = parts.database
    this.#byNid = parts.byNid
    this.#nidOf = parts.nidOf
  }

  /** Remembers an event that was just committed or read. */
  remember(known: KnownEvent): void {
    this.#byNid.set(known.nid, known)
    this.#nidOf.set(known.event.eventId, known.nid)
  }

  /** Forgets an event whose stored form changed. */
  forget(known: { readonly nid: number; readonly event: { readonly eventId: EventId } }): void {
    this.#byNid.delete(known.nid)
    this.#nidOf.delete(known.event.eventId)
  }

  peek(nid: number): KnownEvent | undefined {
    return this.#byNid.get(nid)
  }

  peekId(eventId: EventId): KnownEvent | undefined {
    const nid = this.#nidOf.get(eventId)
    return nid === undefined ? undefined : this.#byNid.get(nid)
  }

  /** The events that exist, by number. One query for all that are not in memory. */
  async byNids(nids: Iterable<number>): Promise<Map<number, KnownEvent>> {
    const found = new Map<number, KnownEvent>()
    const missing: number[] = []
    for (const nid of new Set(nids)) {
      const known = this.#byNid.get(nid)
      if (known) found.set(nid, known)
      else missing.push(nid)
    }
    if (missing.length > 0) {
      for (const row of await this.#database.run(eventsByNid, missing)) found.set(row.event_nid, this.known(row))
    }
    return found
  }

  /** The events that exist, by ID. One query for all that are not in memory. */
  async byIds(eventIds: Iterable<EventId>): Promise<Map<EventId, KnownEvent>> {
    const found = new Map<EventId, KnownEvent>()
    const missing: EventId[] = []
    for (const eventId of new Set(eventIds)) {
      const known = this.peekId(eventId)
      if (known) found.set(eventId, known)
      else missing.push(eventId)
    }
    if (missing.length > 0) {
      for (const row of await this.#database.run(eventsById, missing)) {
        const known = this.known(row)
        found.set(known.event.eventId, known)
      }
    }
    return found
  }

  /** As `byIds`, for those who judge or resolve by them: what is not in the auth graph is not there. */
  async inAuthGraph(eventIds: Iterable<EventId>): Promise<Map<EventId, KnownEvent>> {
    const found = await this.byIds(eventIds)
    for (const [eventId, known] of found) if (!isInAuthGraph(known)) found.delete(eventId)
    return found
  }

  async byId(eventId: EventId): Promise<KnownEvent | undefined> {
    return this.peekId(eventId) ?? (await this.byIds([eventId])).get(eventId)
  }

  async byNid(nid: number): Promise<KnownEvent | undefined> {
    return this.#byNid.get(nid) ?? (await this.byNids([nid])).get(nid)
  }

  /** A stored row as a known event: the one in memory when it is there, so that there is one object per event. */
  known(row: StoredEvent): KnownEvent {
    const cached = this.#byNid.get(row.event_nid)
    if (cached) {
      // Read back between its commit and `settle`.
      cached.position ??= row.position
      return cached
    }
    const known = knownFromRow(row)
    this.remember(known)
    return known
  }
}

function knownFromRow(row: StoredEvent): KnownEvent {
  const version = roomVersion(row.version)
  if (!version) throw new Error(`The room version ${row.version} is in the database and unknown to this program.`)
  return {
    nid: row.event_nid,
    roomNid: row.room_nid,
    event: eventFromStored(row.json, version, row.event_id as EventId),
    json: row.json,
    position: row.position,
    outlier: (row.flags & eventFlags.outlier) !== 0,
    rejected: (row.flags & eventFlags.rejected) !== 0,
    softFailed: (row.flags & eventFlags.softFailed) !== 0,
    relay: (row.flags & eventFlags.relay) !== 0,
    stateBefore: row.state_before ? bytesToHash(row.state_before) : undefined,
    stateAfter: row.state_after ? bytesToHash(row.state_after) : undefined,
    stateCurrent: row.state_current ? bytesToHash(row.state_current) : undefined,
    redactedBy: row.redacted_by ?? undefined,
    deviceId: row.device_id ?? undefined,
    txnId: row.txn_id ?? undefined,
    authNids: row.auth_nids,
    chain: row.chain_id !== null && row.chain_seq !== null ? { chainId: row.chain_id, seq: row.chain_seq } : undefined,
    receivedTs: row.received_ts,
  }
}
