// Users whose clients sync: their rooms in memory, and who is to be woken by what. A fact wakes those who wait in its room and its user;
// nobody else is looked at.
// spec: client-server-api #syncing; docs/architecture.md (register before you read)

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import type { Position, Stream, StreamedFact } from '#platform/stream/stream.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { EventFact, UserRoom } from '#rooms/rooms.ts'
import { type ActiveUser, Attendance, type RoomsOfUser, type Waits } from './attendance.ts'

/** Rooms of users who do not sync just now, kept for their next request: some 300 bytes each. */
const RESTING_ROOMS = 200_000
/** Requests that wait at once, over all users of the tenant: some 15 KB each. The one that waits longest is answered. */
const MOST_WAITING = 20_000
/** Requests of one user that wait at once: their devices, and some that were given up without a word. */
const MOST_WAITING_OF_USER = 50
/** Users whose news are still to be brought to others; beyond, everybody is woken. */
const MOST_CONCERNING = 10_000
/** A membership that is durable and not yet announced is waited for so long at most. */
const LONGEST_LAG: Milliseconds = 2_000

/** Facts about a user that change which rooms they have. */
const changesRooms = (kind: string): boolean => kind === 'event' || kind === 'membership'

/** Facts about a user that those who share a room with them are told. */
const concernsOthers = (kind: string): boolean => kind === 'device-list' || kind === 'presence'

export interface ActiveUsersParts {
  readonly stream: Stream
  readonly clock: Clock
  readonly roomsOf: (userId: UserId) => Promise<readonly UserRoom[]>
  /** Users of ours who share a room with a user, ours or another server's. */
  readonly sharingRooms: (userId: UserId) => Promise<readonly UserId[]>
}

export class ActiveUsers {
  readonly #parts: ActiveUsersParts
  readonly #busy = new Map<UserId, ActiveUser>()
  readonly #resting: BoundedCache<UserId, ActiveUser>
  readonly #inRoom = new Map<RoomId, Set<ActiveUser>>()
  /** Requests of people who only look into a room. */
  readonly #onlookers = new Set<ActiveUser>()
  readonly #waiting = new Set<Attendance>()
  /** Users whose news concern others that are still to be found. */
  readonly #concerning = new Set<UserId>()
  #lookingForOthers: Promise<void> | undefined
  #uncertainFrom: Position | undefined
  readonly #stop: () => void

  constructor(parts: ActiveUsersParts) {
    this.#parts = parts
    this.#resting = new BoundedCache<UserId, ActiveUser>({
      capacity: RESTING_ROOMS,
      weigh: (user) => (user.rooms?.size ?? 0) + 1,
      onLeave: (user) => {
        if (this.#busy.get(user.userId) !== user) this.#leaveRooms(user)
      },
    })
    this.#stop = parts.stream.onCommit((facts) => this.#wakeFor(facts))
  }

  /** Registers a request of the user: from now on nothing about the user or their rooms goes by unnoticed. End it with `leave`. */
  attend(userId: UserId): Attendance {
    const user = this.#busy.get(userId) ?? this.#resting.get(userId) ?? newUser(userId)
    this.#busy.set(userId, user)
    this.#resting.delete(userId)
    const waits: Waits = {
      clock: this.#parts.clock,
      begin: (attendance) => this.#beginWait(user, attendance),
      end: (attendance) => void this.#waiting.delete(attendance),
      leave: (attendance) => this.#leave(user, attendance),
    }
    const attendance = new Attendance(user, waits)
    user.attending.add(attendance)
    return attendance
  }

  /** As `attend`, for somebody who only looks into a room: what happens there does not go by unnoticed. */
  attendRoom(userId: UserId, roomId: RoomId): Attendance {
    const onlooker = newUser(userId)
    const attendance = new Attendance(onlooker, {
      clock: this.#parts.clock,
      begin: () => this.#beginWait(onlooker, attendance),
      end: () => void this.#waiting.delete(attendance),
      leave: () => {
        this.#onlookers.delete(onlooker)
        this.#leaveRoom(onlooker, roomId)
      },
    })
    onlooker.attending.add(attendance)
    this.#onlookers.add(onlooker)
    this.#enterRoom(onlooker, roomId)
    return attendance
  }

  /** The rooms that the user has to do with, as they are at the head of the stream or later; forgotten ones too. */
  async roomsOf(user: ActiveUser): Promise<RoomsOfUser> {
    for (;;) {
      if (user.rooms) return user.rooms
      user.loading ??= this.#load(user).finally(() => {
        user.loading = undefined
      })
      const rooms = await user.loading
      if (this.#busy.get(user.userId) !== user) return rooms
    }
  }

  /** As `roomsOf`, read anew: with the positions of the rooms' newest events. */
  async freshRoomsOf(user: ActiveUser): Promise<RoomsOfUser> {
    return this.#load(user)
  }

  /** Up to here everybody whom something concerns has been woken. */
  certainUntil(head: Position): Position {
    return this.#uncertainFrom === undefined ? head : this.#uncertainFrom - 1
  }

  /** Wakes those who wait in a room: for what is not in the stream. */
  wakeRoom(roomId: RoomId): void {
    for (const user of this.#inRoom.get(roomId) ?? []) wake(user, undefined)
  }

  /** Ends all waits, as if their time were over. */
  answerAll(): void {
    for (const attendance of [...this.#waiting]) attendance.giveUp()
  }

  /** Ends all waits, and listens no more. */
  stop(): void {
    this.#stop()
    this.answerAll()
  }

  async #load(user: ActiveUser): Promise<RoomsOfUser> {
    for (;;) {
      const { epoch } = user
      const readAt = this.#parts.stream.head
      const list = await this.#parts.roomsOf(user.userId)
      const newest = list.reduce((position, room) => Math.max(position, room.since), 0)
      if (newest > this.#parts.stream.head) await this.#headMoves(newest)
      if (epoch !== user.epoch) continue
      const rooms = new Map(list.map((room) => [room.roomId, room]))
      this.#leaveRooms(user)
      user.rooms = rooms
      user.roomsReadAt = readAt
      if (this.#busy.get(user.userId) === user || this.#resting.peek(user.userId) === user) this.#enterRooms(user)
      return rooms
    }
  }

  /** Waits until the stream tells of a commit that the database has shown already. */
  async #headMoves(position: Position): Promise<void> {
    const { stream, clock } = this.#parts
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = () => {
      if (stream.head >= position) resolve()
    }
    const stop = stream.onCommit(look)
    const timer = clock.after(LONGEST_LAG, resolve)
    look()
    await promise
    timer.cancel()
    stop()
  }

  #enterRooms(user: ActiveUser): void {
    for (const [roomId, room] of user.rooms ?? []) if (room.membership === 'join') this.#enterRoom(user, roomId)
  }

  #enterRoom(user: ActiveUser, roomId: RoomId): void {
    const users = this.#inRoom.get(roomId)
    if (users) users.add(user)
    else this.#inRoom.set(roomId, new Set([user]))
  }

  #leaveRooms(user: ActiveUser): void {
    for (const roomId of user.rooms?.keys() ?? []) this.#leaveRoom(user, roomId)
    user.rooms = undefined
  }

  #leaveRoom(user: ActiveUser, roomId: RoomId): void {
    const users = this.#inRoom.get(roomId)
    if (users?.delete(user) && users.size === 0) this.#inRoom.delete(roomId)
  }

  #wakeFor(facts: readonly StreamedFact[]): void {
    if (facts.length === 0) {
      // Another process has committed, and does not say what.
      for (const user of [...this.#busy.values()]) this.#changed(user, undefined)
      for (const onlooker of this.#onlookers) wake(onlooker, undefined)
      this.#resting.clear()
      return
    }
    for (const fact of facts) this.#wakeForFact(fact)
  }

  #wakeForFact({ kind, room, user, payload, position }: StreamedFact): void {
    const moves = changesRooms(kind)
    if (user !== undefined && concernsOthers(kind)) this.#wakeOthers(user as UserId, position)
    if (user !== undefined) {
      const active = this.#find(user as UserId)
      if (active && moves) this.#changed(active, position)
      else if (active) wake(active, position)
    }
    if (kind === 'event') {
      for (const moved of (payload as EventFact | undefined)?.moved ?? []) {
        const active = this.#find(moved)
        if (active) this.#changed(active, position)
      }
    }
    // What has a user beside the room is that user's own, but for events.
    if (room === undefined || (user !== undefined && kind !== 'event')) return
    for (const active of this.#inRoom.get(room as RoomId) ?? []) wake(active, position)
  }

  /** The user's rooms are others now. Whoever reads or waits is woken, so nobody needs the old ones in the index. */
  #changed(user: ActiveUser, position: Position | undefined): void {
    user.epoch += 1
    this.#leaveRooms(user)
    if (this.#busy.get(user.userId) !== user) this.#resting.delete(user.userId)
    wake(user, position)
  }

  /** Wakes those who share a room with a user. Many facts about many users become one look after the other. */
  #wakeOthers(userId: UserId, position: Position): void {
    if (this.#busy.size === 0) return
    if (this.#concerning.size >= MOST_CONCERNING) this.#wakeAll()
    else this.#concerning.add(userId)
    this.#uncertainFrom ??= position
    this.#lookingForOthers ??= this.#lookForOthers().finally(() => {
      this.#lookingForOthers = undefined
      this.#uncertainFrom = undefined
    })
  }

  async #lookForOthers(): Promise<void> {
    for (const userId of this.#concerning) {
      this.#concerning.delete(userId)
      const others = await this.#parts.sharingRooms(userId).catch(() => undefined)
      if (others === undefined) this.#wakeAll()
      for (const other of others ?? []) {
        const active = this.#busy.get(other)
        if (active) wake(active, undefined)
      }
    }
  }

  #wakeAll(): void {
    for (const user of this.#busy.values()) wake(user, undefined)
  }

  #find(userId: UserId): ActiveUser | undefined {
    return this.#busy.get(userId) ?? this.#resting.peek(userId)
  }

  #beginWait(user: ActiveUser, attendance: Attendance): void {
    let mine = 0
    for (const other of user.attending) if (this.#waiting.has(other)) mine += 1
    if (mine >= MOST_WAITING_OF_USER) {
      for (const other of user.attending) {
        if (!this.#waiting.has(other)) continue
        other.giveUp()
        break
      }
    }
    if (this.#waiting.size >= MOST_WAITING) this.#waiting.values().next().value?.giveUp()
    this.#waiting.add(attendance)
  }

  #leave(user: ActiveUser, attendance: Attendance): void {
    user.attending.delete(attendance)
    if (user.attending.size > 0 || this.#busy.get(user.userId) !== user) return
    this.#busy.delete(user.userId)
    if (user.rooms) this.#resting.set(user.userId, user)
    // More rooms than all who rest may have together: not kept.
    if (!this.#resting.has(user.userId)) this.#leaveRooms(user)
  }
}

const newUser = (userId: UserId): ActiveUser => ({
  userId,
  rooms: undefined,
  roomsReadAt: 0,
  epoch: 0,
  loading: undefined,
  attending: new Set(),
})

function wake(user: ActiveUser, position: Position | undefined): void {
  for (const attendance of [...user.attending]) attendance.wake(position)
}
