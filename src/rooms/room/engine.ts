// The engine room: rooms in memory, their turns, and the way of an append to the disk. Everything else in this module goes through it.
// spec: docs/architecture.md, decisions 1 and 2

import type { FederationTransport } from '#federation/transport/transport.ts'
import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import type { Random } from '#platform/random/random.ts'
import { StaleAct, type Stream } from '#platform/stream/stream.ts'
import type { Crypto, SigningKey } from '#protocol/crypto/crypto.ts'
import { notFound } from '#protocol/errors/errors.ts'
import type { EventId, RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { type RoomVersion, roomVersion } from '#protocol/room-versions/room-versions.ts'
import { stateKeyOf } from '#protocol/state-resolution/state-resolution.ts'
import { type StateNode, StateTrie } from '../state/state-map.ts'
import { bytesToHash, type StateKey, StateNodes } from '../state/state-nodes.ts'
import { roomHeadGuard } from '../store/event-writers.ts'
import {
  enterNewRoom,
  enterRoom,
  leaveEmptyRoom,
  type RoomRow,
  roomById,
  roomServers,
  stateSecret,
} from '../store/read-events.ts'
import { Append } from './append.ts'
import { AuthChains } from './auth-chains.ts'
import { EventLog } from './event-log.ts'
import { EventNumbers } from './event-numbers.ts'
import { HotRoom, StateEvents } from './hot-room.ts'
import type { KnownEvent } from './known-event.ts'
import { resolveRoots } from './resolve.ts'
import { extremitiesFromText, type RoomHead } from './room-head.ts'
import { SentTransactions } from './sent-transactions.ts'

export interface EngineParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly stream: Stream
  readonly clock: Clock
  readonly random: Random
  readonly crypto: Crypto
  /** The key that signs now; a function, since keys are rotated. */
  readonly signingKey: () => SigningKey
  /** How other servers are asked. */
  readonly transport: FederationTransport
  /** Users of ours who have asked for erasure: who was not there when they wrote sees it redacted. None unless told. */
  readonly erasedUsers?: () => Promise<ReadonlySet<UserId>>
}

/** Events in memory, some 10 KB each with their texts: the newest minutes of a busy tenant. */
const EVENTS_IN_MEMORY = 10_000
/** State entries in memory, some 200 bytes each. */
const STATE_IN_MEMORY = 500_000
/** Rooms in memory beside those that are busy: some 5 KB each. */
const ROOMS_IN_MEMORY = 2_000
/** A turn that lost against another process is taken again; more often means that something is wrong. */
const MOST_TRIES = 10

const TURN_GUARD = roomHeadGuard.name

const nobody: ReadonlySet<UserId> = new Set()

/** The outcome of a turn: what it computed, and when that is durable. */
export interface Turn<Result> {
  readonly result: Result
  readonly durable: Promise<unknown>
}

export class Engine {
  readonly parts: EngineParts
  readonly log: EventLog
  readonly nodes: StateNodes
  readonly chains: AuthChains
  readonly numbers: EventNumbers
  readonly transactions = new SentTransactions()
  readonly #resting: BoundedCache<RoomId, HotRoom>
  readonly #busy = new Map<RoomId, HotRoom>()
  readonly #loading = new Map<RoomId, Promise<HotRoom | undefined>>()

  private constructor(parts: EngineParts, secret: Uint8Array) {
    this.parts = parts
    const { database } = parts
    this.log = new EventLog({
      database,
      byNid: new BoundedCache({ capacity: EVENTS_IN_MEMORY }),
      nidOf: new BoundedCache({ capacity: EVENTS_IN_MEMORY }),
    })
    const cache = new BoundedCache<ReturnType<StateTrie['hash']>, StateNode>({
      capacity: STATE_IN_MEMORY,
      weigh: (node) => Math.max(1, node.kind === 'branch' ? node.children.length : node.size),
    })
    this.nodes = new StateNodes({ trie: new StateTrie(secret), database, cache })
    this.chains = new AuthChains({ database, tips: new BoundedCache({ capacity: 100_000 }) })
    this.numbers = new EventNumbers(database)
    this.#resting = new BoundedCache({ capacity: ROOMS_IN_MEMORY })
  }

  static async open(parts: EngineParts): Promise<Engine> {
    const row = await parts.database.one(stateSecret)
    if (!row) throw new Error('The tenant has no state secret: its first migration did not run.')
    return new Engine(parts, row.secret)
  }

  /** The room in memory; undefined when this server has never heard of it. */
  async room(roomId: RoomId): Promise<HotRoom | undefined> {
    const hot = this.#busy.get(roomId) ?? this.#resting.get(roomId)
    if (hot) return hot
    const loading = this.#loading.get(roomId) ?? this.#load(roomId)
    return loading
  }

  /** The room in memory if it is there already. */
  peek(roomId: RoomId): HotRoom | undefined {
    return this.#busy.get(roomId) ?? this.#resting.get(roomId)
  }

  /** Gives a new room its place; the existing one when it has one. */
  async enter(roomId: RoomId, version: RoomVersion): Promise<HotRoom> {
    const known = await this.room(roomId)
    if (known) return known
    const row = await this.parts.database.one(enterRoom, roomId, version.id)
    if (!row) throw new Error(`The room ${roomId} could not be entered.`)
    return (await this.room(roomId)) ?? Promise.reject(new Error(`The room ${roomId} could not be read.`))
  }

  /** Gives a room that is being created its place; undefined when the ID is taken. */
  async enterNew(roomId: RoomId, version: RoomVersion): Promise<HotRoom | undefined> {
    const row = await this.parts.database.one(enterNewRoom, roomId, version.id)
    return row && this.room(roomId)
  }

  /** Takes back the place of a room whose creation failed. */
  async leaveEmpty(room: HotRoom): Promise<void> {
    await this.parts.database.run(leaveEmptyRoom, room.head.roomNid)
    this.forget(room.head.roomId)
  }

  /**
   * Takes the room's turn, and waits until what was done in it is durable. An act that lost against another process is taken again
   * on the room as it is then, so `act` must compute everything anew.
   */
  async turn<Result>(roomId: RoomId, act: (room: HotRoom) => Promise<Turn<Result>>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      const room = await this.room(roomId)
      if (!room) throw notFound('This server does not know the room.')
      try {
        const { result, durable } = await this.#take(room, act)
        await durable
        return result
      } catch (error) {
        if (!(error instanceof StaleAct && error.guard === TURN_GUARD) || tries === MOST_TRIES) throw error
      }
    }
  }

  async #take<Result>(room: HotRoom, act: (room: HotRoom) => Promise<Turn<Result>>): Promise<Turn<Result>> {
    const { roomId } = room.head
    if (room.lost) throw new StaleAct(TURN_GUARD)
    this.#busy.set(roomId, room)
    try {
      return await room.mailbox.take(() => {
        // An append before this one was lost: whatever is computed on this head would be lost too, and take others with it.
        if (room.lost) return Promise.reject(new StaleAct(TURN_GUARD))
        return act(room)
      })
    } finally {
      this.#rest(room)
    }
  }

  /** Starts an append on the room's head; inside a turn. */
  append(room: HotRoom): Append {
    const { serverName, clock } = this.parts
    return new Append({ room, nodes: this.nodes, chains: this.chains, serverName, now: clock.now() })
  }

  /** Hands an append to the committer; inside the turn that computed it. The promise is what `turn` waits for. */
  commit(room: HotRoom, append: Append): Promise<readonly KnownEvent[]> {
    const act = append.act()
    const { head } = append
    for (const known of append.events) this.log.remember(known)
    room.pending++
    const durable = (positions: readonly number[]) => {
      append.settle(positions)
      room.committed = head
    }
    const commit = this.parts.stream.append({ ...act, durable }).then(
      () => {
        room.pending--
        this.#rest(room)
        return append.events
      },
      (error: unknown) => {
        this.#drop(room, append)
        throw error
      },
    )
    room.lastCommit = commit.catch(() => undefined)
    return commit
  }

  /** The resolution of states by their roots; inside the room's turn. Waits until what the room has appended can be read. */
  async resolve(room: HotRoom, roots: readonly StateNode[]): Promise<StateNode> {
    if (room.pending > 0) await room.lastCommit
    const { nodes, log, chains } = this
    return resolveRoots(roots, room.head.version, { nodes, log, chains, crypto: this.parts.crypto })
  }

  /** Events of a state, by key. */
  async stateEventsAt(root: StateNode, keys: readonly StateKey[]): Promise<StateEvents> {
    const loaded = await this.nodes.ensure(root, keys)
    const wanted = new Map<string, number>()
    for (const { type, stateKey } of keys) {
      const entry = this.nodes.trie.get(loaded, type, stateKey)
      if (entry) wanted.set(stateKeyOf(type, stateKey), entry.eventNid)
    }
    const events = await this.log.byNids(wanted.values())
    const found = new Map<string, KnownEvent>()
    for (const [key, nid] of wanted) {
      const known = events.get(nid)
      if (known) found.set(key, known)
    }
    return new StateEvents(found)
  }

  async erasedUsers(): Promise<ReadonlySet<UserId>> {
    return (await this.parts.erasedUsers?.()) ?? nobody
  }

  /** The state before or after an event, by name. */
  root(hash: ReturnType<StateTrie['hash']>): StateNode {
    return this.nodes.root(hash)
  }

  /** Known events for a list of IDs, in its order; missing ones left out. */
  async inOrder(eventIds: readonly EventId[]): Promise<KnownEvent[]> {
    const found = await this.log.byIds(eventIds)
    return eventIds.flatMap((id) => found.get(id) ?? [])
  }

  /** Takes a room out of memory, so that the next one who asks reads it anew. */
  forget(roomId: RoomId): void {
    this.#busy.delete(roomId)
    this.#resting.delete(roomId)
    this.chains.forgetTips()
  }

  #drop(room: HotRoom, append: Append): void {
    const { roomId } = room.head
    room.lost = true
    room.pending--
    if (this.peek(roomId) === room) this.forget(roomId)
    for (const known of append.events) this.log.forget(known)
    this.chains.forgetTips()
  }

  #rest(room: HotRoom): void {
    const { roomId } = room.head
    if (room.isBusy || this.#busy.get(roomId) !== room) return
    this.#busy.delete(roomId)
    if (!room.lost) this.#resting.set(roomId, room)
  }

  #load(roomId: RoomId): Promise<HotRoom | undefined> {
    const loading = this.#read(roomId).finally(() => this.#loading.delete(roomId))
    this.#loading.set(roomId, loading)
    return loading
  }

  async #read(roomId: RoomId): Promise<HotRoom | undefined> {
    const row = await this.parts.database.one(roomById, roomId)
    if (!row) return undefined
    const servers = await this.parts.database.run(roomServers, row.room_nid)
    const room = new HotRoom(this.#headOf(row, servers), { nodes: this.nodes, log: this.log })
    this.#resting.set(roomId, room)
    return room
  }

  #headOf(row: RoomRow, servers: readonly { server_name: string; joined: number }[]): RoomHead {
    const version = roomVersion(row.version)
    if (!version) throw new Error(`The room version ${row.version} is in the database and unknown to this program.`)
    const counts = new Map(servers.map(({ server_name, joined }) => [server_name as ServerName, joined]))
    return {
      roomNid: row.room_nid,
      roomId: row.room_id as RoomId,
      version,
      serial: row.serial,
      state: row.state_root ? this.nodes.root(bytesToHash(row.state_root)) : undefined,
      extremities: extremitiesFromText(row.extremities),
      joined: row.joined,
      invited: row.invited,
      servers: counts,
      serverNames: [...counts.keys()],
    }
  }
}
