// One connection: what its client has confirmed to know, and what the newest answer adds. The client confirms an answer by asking from its
// position; one that got lost is asked for again from the position before, and is then made anew.
// spec: proposals/4186 (connections)

import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { RoomMemory } from './room-memory.ts'

/** Told rooms by number; undefined: the room is forgotten. */
export type ToldChanges = ReadonlyMap<number, RoomMemory | undefined>

export interface ConnectionKey {
  readonly userId: UserId
  readonly deviceId: DeviceId
  readonly connectionId: string
}

/** What is only in memory: after a restart it is told anew. */
export interface Passing {
  /** Rooms in which the client was told that somebody types. */
  readonly typing: ReadonlySet<number>
  /** Rooms of each window as they were told. */
  readonly windows: ReadonlyMap<string, string>
}

const nothingPassing: Passing = { typing: new Set(), windows: new Map() }

export class Connection {
  readonly key: ConnectionKey
  /** Tells one beginning of the connection from the next. */
  readonly incarnation: number
  readonly #rooms: Map<number, RoomMemory>
  #version: number
  #lastVersion: number
  #pending: { readonly version: number; readonly changes: ToldChanges } | undefined
  #known: Passing = nothingPassing
  #given: { readonly token: string; readonly passing: Passing } | undefined
  #knownAt: string | undefined
  #ended: AbortController | undefined
  /** Names of required states: rooms are stored with their places in it. */
  configs: string[]
  /** When it was stored last. */
  storedAt = 0
  /** Confirmed changes that are not stored yet. */
  unsaved = new Map<number, RoomMemory | undefined>()

  constructor(
    key: ConnectionKey,
    incarnation: number,
    stored: {
      readonly version: number
      readonly rooms: Map<number, RoomMemory>
      readonly pending: { readonly version: number; readonly changes: ToldChanges } | undefined
      readonly configs: string[]
    } = { version: 0, rooms: new Map(), pending: undefined, configs: [] },
  ) {
    this.key = key
    this.configs = stored.configs
    this.incarnation = incarnation
    this.#rooms = stored.rooms
    this.#version = stored.version
    this.#pending = stored.pending
    this.#lastVersion = stored.pending?.version ?? stored.version
  }

  /** What the client has confirmed to know. */
  get rooms(): ReadonlyMap<number, RoomMemory> {
    return this.#rooms
  }

  get version(): number {
    return this.#version
  }

  get pending(): { readonly version: number; readonly changes: ToldChanges } | undefined {
    return this.#pending
  }

  get passing(): Passing {
    return this.#known
  }

  /**
   * The client asks from a position: what its answer told is confirmed, what came after it got lost. A request that is still under way is
   * ended, for its answer will not be read.
   * @returns whether the position is one of this connection's newest two, and the signal that ends this request in its turn.
   */
  ask(token: string | undefined, version: number): AbortSignal | undefined {
    if (version !== this.#version && version !== this.#pending?.version) return undefined
    if (version === this.#pending?.version) this.#confirm(this.#pending)
    this.#pending = undefined
    if (this.#given?.token === token) [this.#known, this.#knownAt] = [this.#given?.passing ?? nothingPassing, token]
    else if (this.#knownAt !== token) [this.#known, this.#knownAt] = [nothingPassing, token]
    this.#ended?.abort()
    this.#ended = new AbortController()
    return this.#ended.signal
  }

  /** An answer is given that changes what the client knows. @returns the version that goes into its position. */
  give(changes: ToldChanges): number {
    if (changes.size === 0) return this.#version
    this.#lastVersion += 1
    this.#pending = { version: this.#lastVersion, changes }
    return this.#lastVersion
  }

  /** What goes with the position that was given, and is kept in memory only. */
  remember(token: string, passing: Passing): void {
    this.#given = { token, passing }
  }

  #confirm({ version, changes }: { readonly version: number; readonly changes: ToldChanges }): void {
    for (const [roomNid, memory] of changes) {
      if (memory) this.#rooms.set(roomNid, memory)
      else this.#rooms.delete(roomNid)
      this.unsaved.set(roomNid, memory)
    }
    this.#version = version
  }
}
