// Makes the events of a dishonest server: well formed and signed with its own key, and for the rest as they are asked for.
// spec: server-server-api #pdus, #signing-events

import { loadCrypto } from '#platform/crypto/crypto.ts'
import { authEventKeys } from '#protocol/auth-events/auth-events.ts'
import { hashAndSign, type RoomEvent } from '#protocol/events/events.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { type Json, type JsonObject, objectAt } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import type { NodeHash } from '#rooms/rooms.ts'
import type { TestServer } from '../../src/federation/servers-for-tests.ts'

/** Something that an event can be put behind, and the state from which its auth events are taken. */
export interface Point {
  readonly event: RoomEvent
  readonly stateAfter: NodeHash | undefined
}

export interface Made extends Point {
  readonly json: string
}

export interface Forgery {
  readonly type: string
  readonly stateKey?: string
  readonly content: JsonObject
  readonly sender?: UserId
  readonly prev?: readonly EventId[]
  readonly auth?: readonly EventId[]
  readonly depth?: number
  readonly time?: number
  /** What is answered to those who ask for the state before it. */
  readonly state?: readonly EventId[]
}

const crypto = loadCrypto()

export class Forger {
  readonly userId: UserId
  readonly version: RoomVersion
  readonly #server: TestServer
  readonly #roomId: RoomId
  /** A room of its own, in which its user may do anything. */
  readonly #elsewhere: RoomId
  readonly made: Made[] = []
  readonly states = new Map<EventId, readonly EventId[]>()
  #time: number
  #ids = 0

  constructor(server: TestServer, userId: UserId, rooms: { roomId: RoomId; elsewhere: RoomId; version: RoomVersion }) {
    this.#server = server
    this.userId = userId
    this.#roomId = rooms.roomId
    this.#elsewhere = rooms.elsewhere
    this.version = rooms.version
    this.#time = Date.UTC(2026, 0, 1)
  }

  get last(): Made | undefined {
    return this.made.at(-1)
  }

  /** @returns the text. @throws `M_BAD_JSON` for what cannot be an event of the room's version. */
  async forge(at: Point, forgery: Forgery): Promise<string> {
    const { type, stateKey, content, sender = this.userId } = forgery
    const auth = forgery.auth ?? (await this.#authAt(at, { type, stateKey, content, sender }))
    const pdu: JsonObject = {
      type,
      room_id: this.#roomId,
      sender,
      content,
      origin_server_ts: forgery.time ?? this.#time++,
      depth: forgery.depth ?? at.event.depth + 1,
      prev_events: this.#references(forgery.prev ?? [at.event.eventId]),
      auth_events: this.#references(auth),
      ...(stateKey !== undefined && { state_key: stateKey }),
      ...(this.version.eventIdFormat === 'field' && { event_id: this.inventId() }),
    }
    const { name: serverName, signingKey } = this.#server
    const { event, json } = hashAndSign(pdu, { version: this.version, serverName, crypto, signingKey })
    this.made.push({ event, json, stateAfter: at.stateAfter })
    if (forgery.state) this.states.set(event.eventId, forgery.state)
    return json
  }

  /** Until version 2 servers choose their events' IDs, and nobody can help it when one is chosen for two rooms: it is not tried. */
  inventId(): EventId {
    const number = `${this.#ids++}${this.#roomId.slice(1, 9)}`
    const text =
      this.version.eventIdFormat === 'field' ? `$x${number}:${this.#server.name}` : `$${number.padEnd(43, 'A')}`
    return text as EventId // of the right form by itself
  }

  async endElsewhere(): Promise<EventId> {
    return (await this.#elsewhereAt()).event.eventId
  }

  async authElsewhere(): Promise<EventId[]> {
    return this.#authAt(await this.#elsewhereAt(), {
      type: 'm.room.topic',
      stateKey: '',
      content: {},
      sender: this.userId,
    })
  }

  async #elsewhereAt(): Promise<Point> {
    const at = (await this.#server.timeline(this.#elsewhere)).at(-1)
    if (!at) throw new Error('The other room is empty.')
    return at
  }

  /** The auth events as they would have been for an event of its user's at another point. */
  authFor(at: Point, { type, stateKey, content }: Forgery): Promise<EventId[]> {
    return this.#authAt(at, { type, stateKey, content, sender: this.userId })
  }

  /** The state behind a point, less one event, and with what does not belong there. */
  async stateAfter({ stateAfter }: Point, choice: number): Promise<EventId[]> {
    if (stateAfter === undefined) return []
    const { rooms } = this.#server
    const nids = (await rooms.stateEntries(stateAfter)).map(({ eventNid }) => eventNid).sort((a, b) => a - b)
    const events = [...(await rooms.eventsByNid(nids)).values()].sort((a, b) => a.nid - b.nid)
    const left = 1 + Math.floor(choice * (events.length - 1))
    const ids = events.filter((_, index) => index !== left).map(({ event }) => event.eventId)
    // A state with what nobody can show is taken by nobody; what is of another room is left out by those who know that room.
    const foreign = choice < 0.4 ? await this.authElsewhere() : []
    return [...ids, ...(choice < 0.2 ? [this.inventId()] : []), ...foreign]
  }

  /** The power levels at a point with a user's taken away, and its own as high as they were. */
  async levelsWithout({ stateAfter }: Point, userId: UserId): Promise<JsonObject> {
    const key = { type: 'm.room.power_levels', stateKey: '' }
    const state = stateAfter && (await this.#server.rooms.stateEventsAt(stateAfter, [key]))
    const content = state?.get(key.type, key.stateKey)?.content ?? {}
    const users = Object.entries(objectAt(content, 'users') ?? {}).filter(([user]) => user !== userId)
    return { ...content, users: Object.fromEntries(users) }
  }

  async #authAt({ stateAfter }: Point, subject: Parameters<typeof authEventKeys>[0]): Promise<EventId[]> {
    if (stateAfter === undefined) return []
    const keys = authEventKeys(subject, this.version)
    const state = await this.#server.rooms.stateEventsAt(stateAfter, keys)
    return keys.flatMap(({ type, stateKey }) => state.get(type, stateKey)?.eventId ?? [])
  }

  #references(ids: readonly EventId[]): Json {
    if (this.version.eventIdFormat !== 'field') return [...ids]
    return ids.map((id) => [id, { sha256: 'A'.repeat(43) }])
  }
}
