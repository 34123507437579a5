// The servers that something waits for, and their rows: written when something begins to wait, moved at most each second, gone with the answer.
// spec: docs/architecture.md §9 (a peer that is down costs one cursor)

import type { Milliseconds, Timer } from '#platform/clock/clock.ts'
import { FairSemaphore } from '#platform/limits/limits.ts'
import type { Position } from '#platform/stream/stream.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Mailroom } from './address-news.ts'
import { Destination } from './destination.ts'
import type { Entry, Passing } from './entry.ts'
import type { OutboundParts } from './outbound-parts.ts'
import { deleteDestinations, insertDestinations, moveDestinations, selectDestinations } from './store/destinations.ts'

/** A crash repeats at most what was answered in this time. */
const SAVE_EVERY: Milliseconds = 1_000
/** Servers whose missed events are read at once: each costs some queries and up to 3 MiB. */
const READING_AT_ONCE = 20
/** All servers that a tenant may have to do with. */
const MOST_READERS = 100_000

export class Destinations implements Mailroom {
  readonly #parts: OutboundParts
  readonly #byName = new Map<ServerName, Destination>()
  readonly #touched = new Set<Destination>()
  readonly #moved = new Set<Destination>()
  readonly #stop = new AbortController()
  readonly #reading = new FairSemaphore({ places: READING_AT_ONCE, waitingPerKey: 1, waiting: MOST_READERS })
  /** Rows are written one after the other, so that none is deleted that has just been made. */
  #writing: Promise<void> = Promise.resolve()
  #timer: Timer | undefined
  readonly #transactions: string
  #transaction = 0

  constructor(parts: OutboundParts) {
    this.#parts = parts
    // The time tells runs of the program apart, the random text two that began in one millisecond.
    this.#transactions = `${parts.clock.now().toString(36)}${parts.random.text(8)}`
  }

  /** Takes up what was under way when the program ended. */
  async open(): Promise<void> {
    const [rows, outboxes] = await Promise.all([
      this.#parts.database.run(selectDestinations),
      this.#parts.e2ee.destinationsWithOutbox(),
    ])
    for (const { server_name, position } of rows) {
      const name = server_name as ServerName // row mapping
      const destination = this.#make(name, position)
      destination.isKept = true
      this.#touched.add(destination)
    }
    for (const name of outboxes) this.outbox(name)
    this.#wakeTouched()
  }

  entry(server: ServerName, entry: Entry): void {
    this.#touch(server).add(entry)
  }

  passing(server: ServerName, passing: Passing, position?: Position): void {
    this.#touch(server).addPassing(passing, position)
  }

  outbox(server: ServerName): void {
    this.#touch(server).addOutbox()
  }

  /** Sends what was put in. Resolves when a crash cannot lose it any more. */
  async send(): Promise<void> {
    const fresh = [...this.#touched].filter((destination) => destination.isPending && !destination.isKept)
    this.#wakeTouched()
    // Another call may have put in the same: its rows are waited for too.
    if (fresh.length === 0) await this.#writing
    else await this.#keep(fresh)
  }

  async #keep(fresh: readonly Destination[]): Promise<void> {
    for (const destination of fresh) destination.isKept = true
    const names = fresh.map(({ name }) => name)
    const positions = fresh.map(({ cursor }) => cursor)
    try {
      await this.#write(() => this.#parts.database.run(insertDestinations, names, positions))
    } catch (error) {
      for (const destination of fresh) destination.isKept = false
      throw error
    } finally {
      for (const destination of fresh) this.#noteMoved(destination)
    }
  }

  /** The server has shown life. */
  alive(server: ServerName): void {
    this.#byName.get(server)?.wake('now')
  }

  /** Resolves when nothing is being sent and no row is being written: all is answered, or waits for a server that is away. */
  async settled(): Promise<void> {
    for (;;) {
      const running = [...this.#byName.values()].map((destination) => destination.settled)
      await Promise.all(running)
      await this.#writing
      await new Promise(setImmediate)
      if ([...this.#byName.values()].every((destination) => destination.isResting)) return
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('The server stops.'))
    for (const destination of this.#byName.values()) destination.stop()
    await Promise.all([...this.#byName.values()].map((destination) => destination.settled))
    this.#timer?.cancel()
    this.#timer = undefined
    await this.#save()
  }

  #touch(server: ServerName): Destination {
    const destination = this.#byName.get(server) ?? this.#make(server)
    this.#touched.add(destination)
    return destination
  }

  #make(name: ServerName, missedSince?: number): Destination {
    const destination = new Destination(
      name,
      {
        ...this.#parts,
        newTransactionId: () => `${this.#transactions}${this.#transaction++}`,
        inTurn: (server, act) => this.#reading.run(server, act, this.#stop.signal),
        moved: (other) => this.#noteMoved(other),
        signal: this.#stop.signal,
      },
      missedSince,
    )
    this.#byName.set(name, destination)
    return destination
  }

  #wakeTouched(): void {
    for (const destination of this.#touched) destination.wake()
    this.#touched.clear()
  }

  #noteMoved(destination: Destination): void {
    this.#moved.add(destination)
    if (this.#stop.signal.aborted) return
    this.#timer ??= this.#parts.clock.after(SAVE_EVERY, () => {
      this.#timer = undefined
      void this.#save()
    })
  }

  /** Moves the rows of those that are still pending, deletes those of the others, and lets go of the idle ones. */
  async #save(): Promise<void> {
    const moved = [...this.#moved]
    this.#moved.clear()
    const pending = moved.filter((destination) => destination.isKept && destination.isPending)
    const done = moved.filter((destination) => destination.isKept && !destination.isPending)
    const unkept = moved.filter((destination) => !destination.isKept && destination.isPending)
    for (const destination of done) destination.isKept = false
    for (const destination of moved) {
      if (destination.isIdle && !this.#touched.has(destination)) this.#byName.delete(destination.name)
    }
    const names = (list: readonly Destination[]) => list.map(({ name }) => name)
    const positions = pending.map(({ cursor }) => cursor)
    const { database } = this.#parts
    // All put in line at once: what begins to wait again from here on is written behind the deletion.
    const writes = [
      done.length > 0 && this.#write(() => database.run(deleteDestinations, names(done))),
      pending.length > 0 && this.#write(() => database.run(moveDestinations, names(pending), positions)),
      unkept.length > 0 && this.#keep(unkept),
    ]
    try {
      await Promise.all(writes)
    } catch (error) {
      // A row that stays reaches back further than it must: after a restart some things are sent twice.
      this.#parts.log.warn({ error }, 'The places of other servers could not be saved.')
    }
  }

  #write(act: () => Promise<unknown>): Promise<void> {
    const writing = this.#writing.then(async () => void (await act()))
    this.#writing = writing.catch(() => undefined)
    return writing
  }
}
