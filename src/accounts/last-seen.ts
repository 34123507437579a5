// When and from where a device was last seen: a note in memory, written for many devices at once.
// spec: client-server-api, GET /_matrix/client/v3/devices (last_seen_ip, last_seen_ts)

import type { Clock, Timer } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { Session } from './session.ts'
import { updateLastSeen } from './store/devices.ts'

export interface Origin {
  readonly ip: string
  readonly userAgent: string
}

/** A device is noted at most this often. */
const NOTE_EVERY = 5 * 60_000
/** Notes wait this long for company. */
const WRITE_EVERY = 30_000
/** Notes written in one statement; more are written at once, not kept. */
const MAX_NOTES = 5_000
const MAX_AGENT_LENGTH = 256
const MAX_IP_LENGTH = 64

interface Note {
  readonly session: Session
  readonly at: number
  readonly origin: Origin
}

export class LastSeen {
  readonly #database: Database
  readonly #clock: Clock
  readonly #log: Log
  /** When the session was last noted. Goes with the session when the cache lets it go. */
  readonly #notedAt = new WeakMap<Session, number>()
  #notes = new Map<string, Note>()
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(parts: { database: Database; clock: Clock; log: Log }) {
    this.#database = parts.database
    this.#clock = parts.clock
    this.#log = parts.log
  }

  /** Costs one look-up when the device was noted lately. Never waits, never fails. */
  note(session: Session, origin: Origin): void {
    const now = this.#clock.now()
    const before = this.#notedAt.get(session)
    if (before !== undefined && now - before < NOTE_EVERY) return
    this.#notedAt.set(session, now)
    this.#notes.set(`${session.userId}\0${session.deviceId}`, { session, at: now, origin })
    if (this.#notes.size >= MAX_NOTES) this.#writeSoon(0)
    else if (this.#timer === undefined) this.#writeSoon(WRITE_EVERY)
  }

  /** Writes what is noted; for the stop, and before the list of devices is read. */
  flush(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    const notes = [...this.#notes.values()]
    this.#notes = new Map()
    if (notes.length > 0) this.#writing = this.#writing.then(() => this.#write(notes))
    return this.#writing
  }

  #writeSoon(delay: number): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.after(delay, () => void this.flush())
  }

  async #write(notes: readonly Note[]): Promise<void> {
    try {
      await this.#database.run(
        updateLastSeen,
        notes.map(({ session }) => session.userId),
        notes.map(({ session }) => session.deviceId),
        notes.map(({ at }) => at),
        notes.map(({ origin }) => storable(origin.ip, MAX_IP_LENGTH)),
        notes.map(({ origin }) => storable(origin.userAgent, MAX_AGENT_LENGTH)),
      )
    } catch (error) {
      // A lost note is only an older time in a list: no request fails for it.
      this.#log.warn({ err: error, devices: notes.length }, 'could not write when devices were last seen')
    }
  }
}

/** PostgreSQL stores no NUL, and a cut surrogate pair is no text. */
const storable = (text: string, length: number): string => text.slice(0, length).replaceAll('\0', '').toWellFormed()
