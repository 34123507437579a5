// What a batch of events and receipts does to the unread counts, collected in memory and written at once.
// spec: client-server-api/modules/push.md #marking-notifications-as-read

import type { ThreadId } from '#ephemeral/ephemeral.ts'
import { type Query, query } from '#platform/database/database.ts'
import type { Position } from '#platform/stream/stream.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { markPushers } from './store/pushers.ts'
import { addUnread, clearRooms, clearThreads, moveProgress } from './store/unread.ts'

/** Where an invitation is counted: it is in no thread. */
export const INVITATION = 'invite'
/** What is counted apart in a room. */
export type UnreadThread = ThreadId | typeof INVITATION

export interface UnreadPlace {
  readonly userId: UserId
  readonly roomId: RoomId
  readonly thread: UnreadThread
}

export interface Counts {
  readonly notifications: number
  readonly highlights: number
}

interface Change {
  notifications: number
  highlights: number
  /** Of the newest event that counts. */
  position: Position
  /** What is stored goes, before these are added. */
  clears: boolean
}

interface RoomChange {
  readonly userId: UserId
  readonly roomId: RoomId
  clearsAll: boolean
  readonly threads: Map<UnreadThread, Change>
}

/** Changes in the order in which they are told; each is the net effect for its user, room and thread. */
export class UnreadChanges {
  readonly #rooms = new Map<RoomId, Map<UserId, RoomChange>>()

  /** Counts an event at a position. */
  add({ userId, roomId, thread }: UnreadPlace, { notifications, highlights }: Counts, position: Position): void {
    const change = this.#thread(userId, roomId, thread)
    change.notifications += notifications
    change.highlights += highlights
    change.position = Math.max(change.position, position)
  }

  clear(userId: UserId, roomId: RoomId, thread: UnreadThread): void {
    const change = this.#thread(userId, roomId, thread)
    change.notifications = 0
    change.highlights = 0
    change.clears = true
  }

  clearAll(userId: UserId, roomId: RoomId): void {
    const room = this.#room(userId, roomId)
    room.clearsAll = true
    room.threads.clear()
  }

  /** Says whose pushers have something to tell: a new event, or a smaller number. Follows `lockProgress`, before `queries`. */
  marking(expected: Position, position: Position): Query {
    const isNew = new Map<UserId, boolean>()
    for (const users of this.#rooms.values()) {
      for (const { userId, threads } of users.values()) {
        const adds = [...threads.values()].some(({ notifications }) => notifications > 0)
        isNew.set(userId, adds || isNew.get(userId) === true)
      }
    }
    return query(markPushers, expected, position, [...isNew.keys()], [...isNew.values()])
  }

  /** The statements that follow `lockProgress` in its transaction: they move the progress from `expected` to `position`. */
  queries(expected: Position, position: Position): Query[] {
    const wholeRooms: [UserId, RoomId][] = []
    const cleared: [UserId, RoomId, UnreadThread][] = []
    const added: [UserId, RoomId, UnreadThread, number, number, Position][] = []
    for (const users of this.#rooms.values()) {
      for (const { userId, roomId, clearsAll, threads } of users.values()) {
        if (clearsAll) wholeRooms.push([userId, roomId])
        for (const [thread, { clears, notifications, highlights, position: newest }] of threads) {
          if (clears && !clearsAll) cleared.push([userId, roomId, thread])
          if (notifications + highlights > 0) added.push([userId, roomId, thread, notifications, highlights, newest])
        }
      }
    }
    const queries: Query[] = []
    if (wholeRooms.length > 0) {
      queries.push(query(clearRooms, expected, column(wholeRooms, 0), column(wholeRooms, 1)))
    }
    if (cleared.length > 0) {
      queries.push(query(clearThreads, expected, column(cleared, 0), column(cleared, 1), column(cleared, 2)))
    }
    if (added.length > 0) {
      const [users, rooms, threads] = [column(added, 0), column(added, 1), column(added, 2)]
      const counts = [column(added, 3), column(added, 4), column(added, 5)] as const
      queries.push(query(addUnread, expected, users, rooms, threads, ...counts))
    }
    return [...queries, query(moveProgress, expected, position)]
  }

  #thread(userId: UserId, roomId: RoomId, thread: UnreadThread): Change {
    const { threads } = this.#room(userId, roomId)
    let change = threads.get(thread)
    if (change === undefined) {
      change = { notifications: 0, highlights: 0, position: 0, clears: false }
      threads.set(thread, change)
    }
    return change
  }

  #room(userId: UserId, roomId: RoomId): RoomChange {
    let users = this.#rooms.get(roomId)
    if (users === undefined) {
      users = new Map()
      this.#rooms.set(roomId, users)
    }
    let room = users.get(userId)
    if (room === undefined) {
      room = { userId, roomId, clearsAll: false, threads: new Map() }
      users.set(userId, room)
    }
    return room
  }
}

const column = <Row extends readonly unknown[], Index extends keyof Row & number>(
  rows: readonly Row[],
  index: Index,
): Row[Index][] => rows.map((row) => row[index])
