// Who is typing where. In memory only: a restart forgets it, and clients ask anew by typing on.
// spec: client-server-api/modules/typing_notifications.md; server-server-api #typing-notifications

import type { Clock, Milliseconds, Timer } from '#platform/clock/clock.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'

/** Order of changes of typing; only grows, also over a restart. Not a position of the stream. */
export type TypingSerial = number

export interface TypingChange {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly typing: boolean
}

/** Clients send again every 20 to 30 s; a lost "stopped" shows at most this long. */
export const MAX_TYPING_TIMEOUT: Milliseconds = 120_000
export const DEFAULT_TYPING_TIMEOUT: Milliseconds = 30_000
/** People shown as typing in one room: more than any client names. */
const MAX_TYPISTS = 100
/** Rooms with somebody typing, over all users and servers: some 10 MB at worst. What is beyond is not shown. */
const MAX_ROOMS = 10_000
/** Changes that `changedSince` can look back on: some minutes of a busy host. */
const LOG_LENGTH = 4096

export class Typing {
  readonly #clock: Clock
  readonly #typists = new Map<RoomId, Map<UserId, Timer>>()
  readonly #log: { readonly serial: TypingSerial; readonly roomId: RoomId }[] = []
  readonly #listeners = new Set<(roomId: RoomId, serial: TypingSerial) => void>()
  #serial: TypingSerial
  #logStart: TypingSerial

  constructor(clock: Clock) {
    this.#clock = clock
    // Fewer than a thousand changes per second on average, so numbers of an earlier run are behind us.
    this.#serial = clock.now()
    this.#logStart = this.#serial
  }

  /** Serial of the last change. */
  get serial(): TypingSerial {
    return this.#serial
  }

  /** Users who are typing in the room, in the order in which they began. */
  in(roomId: RoomId): readonly UserId[] {
    return [...(this.#typists.get(roomId)?.keys() ?? [])]
  }

  /** Rooms in which the list changed after `serial`; undefined: too long ago to tell, so any may have. */
  changedSince(serial: TypingSerial): ReadonlySet<RoomId> | undefined {
    if (serial < this.#logStart) return undefined
    const rooms = new Set<RoomId>()
    for (let index = this.#log.length - 1; index >= 0; index -= 1) {
      const entry = this.#log[index]
      if (entry === undefined || entry.serial <= serial) break
      rooms.add(entry.roomId)
    }
    return rooms
  }

  /** Calls `listener` after each change of a room's list. Returns the way to stop. */
  onChange(listener: (roomId: RoomId, serial: TypingSerial) => void): () => void {
    const own = (roomId: RoomId, serial: TypingSerial) => listener(roomId, serial)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  /** Notes that somebody types, for `timeout` ms at most, or has stopped. True: the room's list has changed. */
  note({ roomId, userId, typing }: TypingChange, timeout: Milliseconds = DEFAULT_TYPING_TIMEOUT): boolean {
    return typing ? this.#start(roomId, userId, timeout) : this.#end(roomId, userId)
  }

  /** Ends all timers. */
  stop(): void {
    for (const typists of this.#typists.values()) for (const timer of typists.values()) timer.cancel()
    this.#typists.clear()
    this.#listeners.clear()
  }

  #start(roomId: RoomId, userId: UserId, timeout: Milliseconds): boolean {
    const typists = this.#typists.get(roomId)
    const running = typists?.get(userId)
    if (running === undefined && !this.#hasPlace(typists)) return false
    running?.cancel()
    const timer = this.#clock.after(Math.min(timeout, MAX_TYPING_TIMEOUT), () => this.#end(roomId, userId))
    if (typists === undefined) this.#typists.set(roomId, new Map([[userId, timer]]))
    else typists.set(userId, timer)
    if (running === undefined) this.#changed(roomId)
    return running === undefined
  }

  #hasPlace(typists: ReadonlyMap<UserId, Timer> | undefined): boolean {
    return typists === undefined ? this.#typists.size < MAX_ROOMS : typists.size < MAX_TYPISTS
  }

  #end(roomId: RoomId, userId: UserId): boolean {
    const typists = this.#typists.get(roomId)
    const timer = typists?.get(userId)
    if (typists === undefined || timer === undefined) return false
    timer.cancel()
    typists.delete(userId)
    if (typists.size === 0) this.#typists.delete(roomId)
    this.#changed(roomId)
    return true
  }

  #changed(roomId: RoomId): void {
    this.#serial += 1
    this.#log.push({ serial: this.#serial, roomId })
    if (this.#log.length > 2 * LOG_LENGTH) {
      this.#log.splice(0, LOG_LENGTH)
      this.#logStart = (this.#log[0]?.serial ?? this.#serial + 1) - 1
    }
    for (const listener of [...this.#listeners]) listener(roomId, this.#serial)
  }
}
