// Events that wait for what they stand on. They lie in a table, since their servers take them for delivered, and are tried again: when their
// time has come, when a server that may help is back, when something else comes in the room, and when the program begins.
// spec: docs/decisions/0027-events-that-wait.md

import type { Milliseconds, Timer } from '#platform/clock/clock.ts'
import { FairSemaphore } from '#platform/limits/limits.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import type { VerifiedEvent } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import {
  dueGroups,
  type EvictedPdu,
  hurryAll,
  hurryRoom,
  hurryServer,
  nextStaged,
  roomHasStaged,
  roomsWithStaged,
  type StagedGroup,
  stagePdus,
  trimAll,
  trimOrigin,
  trimRoom,
} from '../store/staged-pdus.ts'
import { pauses, type StagingParts, tryStagedAgain } from './try-staged-again.ts'

/** Some transactions of a server whose line comes and goes. What is older is asked for again by what follows it. */
const MOST_OF_ORIGIN = 200
/** Some servers' worth in a room that many of them cannot fill: each origin keeps its share. */
const MOST_OF_ROOM = 500
/** For those who have many names: at most 64 KiB each, 320 MiB on disk. */
const MOST_IN_ALL = 5_000
/** Rooms tried at once, and for one origin: an attempt may wait for minutes, and others must not wait for it. */
const atOnce = { places: 16, placesPerKey: 2, waitingPerKey: 200, waiting: 1_000 }
/** Rooms and origins taken up in one look. Those that are left are due still. */
const GROUPS_PER_LOOK = 200
/** Between two looks, so that what stays due makes no circle. */
const SHORTEST_LOOK: Milliseconds = 1_000

export class Staging {
  readonly #engine: Engine
  readonly #parts: StagingParts
  readonly #places = new FairSemaphore(atOnce)
  /** Groups under way, by room and origin. */
  readonly #groups = new Set<string>()
  /** Rooms that may have something waiting, so that nobody asks the table for the others. */
  readonly #rooms = new Set<number>()
  readonly #work = new Set<Promise<void>>()
  readonly #stop = new AbortController()
  #timer: Timer | undefined
  #isRunning = false

  constructor(engine: Engine, parts: StagingParts) {
    this.#engine = engine
    this.#parts = parts
  }

  /** Keeps events of one origin for later: durable when it resolves. */
  async add(room: HotRoom, origin: ServerName, events: readonly VerifiedEvent[]): Promise<void> {
    const { database, clock } = this.#engine.parts
    const { roomNid, roomId } = room.head
    const now = clock.now()
    const ids = events.map(({ event }) => event.eventId)
    const texts = events.map(({ json }) => json)
    this.#rooms.add(roomNid)
    await database.run(stagePdus, roomNid, origin, ids, texts, now, now + pauses.first)
    this.#parts.countStaged?.('staged', ids.length)
    this.#parts.log.info({ origin, room: roomId, events: ids.slice(0, 10) }, 'Events wait for what they stand on.')
    const tooMany = [
      ...(await database.run(trimOrigin, origin, MOST_OF_ORIGIN)),
      ...(await database.run(trimRoom, roomNid, MOST_OF_ROOM)),
      ...(await database.run(trimAll, MOST_IN_ALL)),
    ]
    this.#noteEvicted(tooMany)
    this.#track(() => this.#plan())
  }

  /** Something has come in the room: it may be what others wait for. */
  noteArrival({ head: { roomNid } }: HotRoom): void {
    if (!this.#rooms.has(roomNid)) return
    this.#hurry((now) => this.#database.run(hurryRoom, roomNid, now, pauses.least, pauses.first, pauses.longest))
  }

  /** Tries again what waits, also from before the program began, until the returned function is called. */
  start(): () => Promise<void> {
    const stopListening = this.#engine.parts.transport.onAlive((server) => {
      if (this.#rooms.size === 0) return
      this.#hurry((now) => this.#database.run(hurryServer, server, now, pauses.least, pauses.first, pauses.longest))
    })
    this.#isRunning = true
    this.#hurry(async (now) => {
      for (const { room_nid } of await this.#database.run(roomsWithStaged)) this.#rooms.add(room_nid)
      await this.#database.run(hurryAll, now)
    })
    return async () => {
      stopListening()
      this.#isRunning = false
      this.#stop.abort(new Error('The server stops.'))
      this.#timer?.cancel()
      await this.idle()
    }
  }

  /** Resolves when nothing is being tried. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work)
  }

  get #database() {
    return this.#engine.parts.database
  }

  #hurry(act: (now: Milliseconds) => Promise<unknown>): void {
    this.#track(async () => {
      await act(this.#engine.parts.clock.now())
      await this.#look()
    })
  }

  /** Begins with what is due, and plans the next look. */
  async #look(): Promise<void> {
    if (!this.#isRunning) return
    const due = await this.#database.run(dueGroups, this.#engine.parts.clock.now(), GROUPS_PER_LOOK)
    for (const group of due) this.#begin(group)
    await this.#plan()
  }

  #begin(group: StagedGroup): void {
    const key = `${group.room_nid} ${group.origin}`
    if (this.#groups.has(key)) return
    this.#groups.add(key)
    this.#track(async () => {
      try {
        await this.#places.run(group.origin, () => this.#try(group), this.#stop.signal)
      } finally {
        this.#groups.delete(key)
      }
      await this.#look()
    })
  }

  async #try(group: StagedGroup): Promise<void> {
    await tryStagedAgain(this.#engine, group, { ...this.#parts, signal: this.#stop.signal })
    // What is put in from here on puts the room back.
    this.#rooms.delete(group.room_nid)
    if (await this.#database.one(roomHasStaged, group.room_nid)) this.#rooms.add(group.room_nid)
  }

  async #plan(): Promise<void> {
    if (!this.#isRunning) return
    const { clock } = this.#engine.parts
    const due = (await this.#database.one(nextStaged))?.due ?? undefined
    if (due !== undefined) this.#lookIn(Math.max(SHORTEST_LOOK, due - clock.now()))
  }

  #lookIn(pause: Milliseconds): void {
    this.#timer?.cancel()
    if (this.#isRunning) this.#timer = this.#engine.parts.clock.after(pause, () => this.#track(() => this.#look()))
  }

  #noteEvicted(evicted: readonly EvictedPdu[]): void {
    if (evicted.length === 0) return
    this.#parts.countStaged?.('evicted', evicted.length)
    const events = evicted.slice(0, 10)
    this.#parts.log.warn({ events, number: evicted.length }, 'Too many events wait: the oldest were given up.')
  }

  #track(act: () => Promise<void>): void {
    const tracked = act()
      .catch((error: unknown) => {
        if (this.#stop.signal.aborted) return
        this.#parts.log.error({ error }, 'Events that wait could not be tried again.')
        // The rows are there still.
        this.#lookIn(SHORTEST_LOOK)
      })
      .finally(() => this.#work.delete(tracked))
    this.#work.add(tracked)
  }
}
