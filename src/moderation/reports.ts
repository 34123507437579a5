// Takes in what people report, and gives it to those who look into it.
// spec: client-server-api #reporting-content

import type { Accounts } from '#accounts/accounts.ts'
import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { invalidParam, limitExceeded, notFound } from '#protocol/errors/errors.ts'
import {
  type EventId,
  type RoomId,
  type ServerName,
  serverNameOf,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import type { Rooms } from '#rooms/rooms.ts'
import { firstReportSince, type ReportRow, reportsBefore, writeReport } from './store/reports.ts'

export interface ReportsParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly clock: Clock
  readonly accounts: Pick<Accounts, 'users'>
  readonly rooms: Pick<Rooms, 'membership' | 'head' | 'reading' | 'discovery'>
}

export type ReportKind = 'event' | 'room' | 'user'

export interface Report {
  /** Grows with each report. */
  readonly id: number
  readonly time: Milliseconds
  readonly reporter: UserId
  readonly kind: ReportKind
  readonly roomId: RoomId | undefined
  readonly eventId: EventId | undefined
  /** Who is reported, or who sent the event. */
  readonly userId: UserId | undefined
  readonly reason: string
}

/** Characters of a reason: half a page. */
const LONGEST_REASON = 2_000
/** Reports of one person a day: more would bury those of others. */
const MOST_A_DAY = 100
const DAY: Milliseconds = 24 * 3_600_000
/** Reports read at once. */
const MOST_READ = 500

export class Reports {
  readonly #parts: ReportsParts

  constructor(parts: ReportsParts) {
    this.#parts = parts
  }

  /** @throws 404 when the reporter is not in the room, or may not see the event; 400 for a reason that is too long; 429 */
  async reportEvent(report: {
    readonly reporter: UserId
    readonly roomId: RoomId
    readonly eventId: EventId
    readonly reason: string
  }): Promise<void> {
    const { reporter, roomId, eventId } = report
    const { rooms } = this.#parts
    if ((await rooms.membership(roomId, reporter)) !== 'join') {
      throw notFound('You are not in this room, or it does not exist.')
    }
    const { known } = await rooms.reading.event(roomId, eventId, { userId: reporter, deviceId: undefined })
    await this.#write({ ...report, kind: 'event', userId: known.event.sender })
  }

  /** @throws 404 for a room that this server does not know; 400, 429 */
  async reportRoom(report: {
    readonly reporter: UserId
    readonly roomId: RoomId
    readonly reason: string
  }): Promise<void> {
    if ((await this.#parts.rooms.head(report.roomId)) === undefined) {
      throw notFound('This server does not know the room. Check its ID.')
    }
    await this.#write({ ...report, kind: 'room' })
  }

  /** @throws 404 for a user whom this server does not know; 400, 429 */
  async reportUser(report: {
    readonly reporter: UserId
    readonly userId: UserId
    readonly reason: string
  }): Promise<void> {
    if (!(await this.#isKnown(report.userId))) throw notFound('This server does not know the user. Check the user ID.')
    await this.#write({ ...report, kind: 'user' })
  }

  /** The newest reports, newest first; those before `before` (an ID) for the next page. At most 500. */
  async read(asked: {
    readonly before?: number | undefined
    readonly kind?: ReportKind | undefined
    readonly limit: number
  }): Promise<Report[]> {
    const { before = Number.MAX_SAFE_INTEGER, kind = null, limit } = asked
    const rows = await this.#parts.database.run(reportsBefore, before, kind, Math.min(limit, MOST_READ))
    return rows.map(toReport)
  }

  async #isKnown(userId: UserId): Promise<boolean> {
    const { serverName, accounts, rooms } = this.#parts
    if (serverNameOf(userId) === serverName) return (await accounts.users.get(userId)) !== undefined
    return rooms.discovery.isKnown(userId)
  }

  async #write(
    report: Pick<Report, 'reporter' | 'kind' | 'reason'> & Partial<Pick<Report, 'roomId' | 'eventId' | 'userId'>>,
  ): Promise<void> {
    const { database, clock } = this.#parts
    const { reporter, kind, roomId = null, eventId = null, userId = null } = report
    // PostgreSQL keeps no zero bytes, and half a surrogate pair is no text.
    const reason = report.reason.replaceAll('\0', '').toWellFormed()
    if (reason.length > LONGEST_REASON) {
      throw invalidParam(`Say it shorter: a reason has at most ${LONGEST_REASON} characters.`)
    }
    const now = clock.now()
    const since = now - DAY
    const row = [now, reporter, kind, roomId, eventId, userId, reason, MOST_A_DAY, since] as const
    if ((await database.run(writeReport, ...row)).length > 0) return
    const first = await database.one(firstReportSince, reporter, since)
    throw limitExceeded(Math.max(1, (first?.reported_ts ?? now) - since))
  }
}

const toReport = (row: ReportRow): Report => ({
  id: row.report_id,
  time: row.reported_ts,
  reporter: row.reporter as UserId,
  kind: row.kind as ReportKind,
  roomId: (row.room_id as RoomId | null) ?? undefined,
  eventId: (row.event_id as EventId | null) ?? undefined,
  userId: (row.user_id as UserId | null) ?? undefined,
  reason: row.reason,
})
