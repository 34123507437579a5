// The connections of a tenant: in memory while they are used, and stored behind the answers, so that they outlive a restart. What a crash
// takes costs a client one beginning anew.
// spec: proposals/4186 (connections, security considerations)

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import { unknownPos } from '#protocol/errors/errors.ts'
import { selectConnection, selectToldRooms } from '../store/sliding-connections.ts'
import { Connection, type ConnectionKey } from './connection.ts'
import { type ConnectionPosition, parseConnectionToken } from './position-token.ts'
import { connectionFromRows, queriesToStore } from './stored-connection.ts'

/** Rooms remembered in memory, over all connections of the tenant: some 120 bytes each. The others are read when they are asked from. */
const ROOMS_IN_MEMORY = 300_000
/** A client that was away for longer begins anew, which is then faster than all that it missed. */
const LONGEST_ABSENCE: Milliseconds = 30 * 24 * 3_600_000

/** A connection in which nothing changes is noted to be in use so often. */
const SIGN_OF_LIFE: Milliseconds = 24 * 3_600_000

const expired = () => unknownPos('This position of the connection is not known any more. Begin anew, without pos.')

interface Saving {
  readonly connection: Connection
  /** Nothing of it is in the database yet. */
  isNew: boolean
  /** It has changed since. */
  again: boolean
}

export class Connections {
  readonly #database: Database
  readonly #clock: Clock
  readonly #known = new BoundedCache<string, Connection>({
    capacity: ROOMS_IN_MEMORY,
    weigh: (connection) => connection.rooms.size + (connection.pending?.changes.size ?? 0) + 5,
  })
  readonly #saving = new Map<string, Saving>()
  readonly #stored = new WeakSet<Connection>()
  /** No two connections of this process have the same, nor one of an earlier process. */
  #lastIncarnation = 0
  readonly #under = new Set<Promise<void>>()

  constructor(parts: { readonly database: Database; readonly clock: Clock }) {
    this.#database = parts.database
    this.#clock = parts.clock
  }

  /** A connection that begins: what an earlier one of the same name has told does not count any more. */
  begin(key: ConnectionKey): Connection {
    const name = nameOf(key)
    const before = this.#known.peek(name) ?? this.#saving.get(name)?.connection
    before?.ask(undefined, before.version)
    this.#lastIncarnation = Math.max(this.#clock.now(), this.#lastIncarnation + 1)
    const connection = new Connection(key, this.#lastIncarnation)
    this.#known.set(name, connection)
    return connection
  }

  /** The connection that a position belongs to. @throws 400 `M_UNKNOWN_POS` for a position that is not this device's, or too old. */
  async at(key: ConnectionKey, token: string): Promise<{ connection: Connection; position: ConnectionPosition }> {
    const position = parseConnectionToken(token)
    if (!position) throw expired()
    const name = nameOf(key)
    const connection = this.#known.get(name) ?? this.#saving.get(name)?.connection ?? (await this.#load(key))
    if (connection?.incarnation !== position.incarnation) throw expired()
    return { connection, position }
  }

  /** @throws 400 `M_UNKNOWN_POS` for a position that another has followed already. */
  ask(connection: Connection, token: string | undefined, version: number): AbortSignal {
    const signal = connection.ask(token, version)
    if (!signal) throw expired()
    return signal
  }

  /** Stores what is new of the connection, without anybody waiting for it. */
  store(connection: Connection): void {
    const name = nameOf(connection.key)
    if (this.#known.peek(name) !== connection) return
    const hasNews = connection.unsaved.size > 0 || connection.pending !== undefined || !this.#stored.has(connection)
    if (!hasNews && this.#clock.now() - connection.storedAt < SIGN_OF_LIFE) return
    this.#known.set(name, connection)
    const saving = this.#saving.get(name)
    if (saving?.connection === connection) {
      saving.again = true
      return
    }
    if (saving) saving.again = true
    else this.#begin(name, { connection, isNew: !this.#stored.has(connection), again: false })
  }

  /** Resolves when all is stored. */
  async idle(): Promise<void> {
    while (this.#under.size > 0) await Promise.all(this.#under)
  }

  #begin(name: string, saving: Saving): void {
    this.#saving.set(name, saving)
    const under = this.#save(name, saving).finally(() => this.#under.delete(under))
    this.#under.add(under)
  }

  async #save(name: string, saving: Saving): Promise<void> {
    const { connection } = saving
    do {
      saving.again = false
      const rooms = saving.isNew ? new Map(connection.rooms) : connection.unsaved
      connection.unsaved = new Map()
      const now = this.#clock.now()
      connection.storedAt = now
      const queries = queriesToStore(connection, rooms, { isNew: saving.isNew, now, oldest: now - LONGEST_ABSENCE })
      try {
        await this.#database.atomically(queries)
        saving.isNew = false
        this.#stored.add(connection)
      } catch {
        // The database is away: the client keeps what is in memory, and after a restart it begins anew.
        this.#stored.delete(connection)
        break
      }
    } while (saving.again && this.#known.peek(name) === connection)
    this.#saving.delete(name)
    // One of the same name has begun meanwhile.
    const next = this.#known.peek(name)
    if (next && next !== connection && saving.again) this.#begin(name, { connection: next, isNew: true, again: false })
  }

  async #load(key: ConnectionKey): Promise<Connection | undefined> {
    const { userId, deviceId, connectionId } = key
    const row = await this.#database.one(selectConnection, userId, deviceId, connectionId)
    if (!row) return undefined
    const rooms = await this.#database.run(selectToldRooms, row.connection_nid)
    const name = nameOf(key)
    // Somebody else has read it meanwhile, or begun anew.
    const meanwhile = this.#known.get(name)
    if (meanwhile) return meanwhile
    const connection = connectionFromRows(key, row, rooms)
    this.#known.set(name, connection)
    this.#stored.add(connection)
    return connection
  }
}

const nameOf = ({ userId, deviceId, connectionId }: ConnectionKey): string => `${userId}\0${deviceId}\0${connectionId}`
