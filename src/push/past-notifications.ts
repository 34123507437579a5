// What a user has been notified of, newest first: read from the events of their rooms, as their rules are now.
// spec: client-server-api, GET /_matrix/client/v3/notifications

import type { Receipts } from '#ephemeral/ephemeral.ts'
import type { Database } from '#platform/database/database.ts'
import type { Position } from '#platform/stream/stream.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type JsonObject, objectAt } from '#protocol/json/json.ts'
import type { PushVerdict } from '#protocol/push-rules/push-rules.ts'
import type { KnownEvent, Reader, Rooms, UserRoom } from '#rooms/rooms.ts'
import type { Audiences } from './audience.ts'
import type { Judge } from './judge-event.ts'
import { isRead, type Marks, marksOf, threadMap } from './read-marks.ts'
import { selectUnread } from './store/unread.ts'

export interface PastParts {
  readonly database: Database
  readonly rooms: Pick<Rooms, 'roomsOf' | 'newestInRooms' | 'show' | 'events' | 'head' | 'currentState'>
  readonly receipts: Pick<Receipts, 'ofUser'>
  readonly audiences: Audiences
  readonly judge: Judge
}

export interface PastAsked {
  /** Positions up to this one, itself included. */
  readonly upTo: Position
  readonly limit: number
  readonly onlyHighlights: boolean
}

export interface PastNotification {
  readonly known: KnownEvent
  /** The client form of the event, without its room. */
  readonly json: string
  readonly actions: PushVerdict['actions']
  readonly read: boolean
}

export interface PastNotifications {
  readonly notifications: readonly PastNotification[]
  /** Where to go on; undefined: there is no more. */
  readonly next: Position | undefined
}

/** Events of one query, and rooms: the newest events stand in as many rooms at most. */
const STEP = 100
/** Rooms that are looked through, the liveliest first. */
const MAX_ROOMS = 500
/** Events looked at for one page: a mention long ago in busy rooms takes several pages. */
const MAX_LOOKED_AT = 1000

export async function pastNotifications(
  parts: PastParts,
  reader: Reader,
  asked: PastAsked,
): Promise<PastNotifications> {
  const { judged, next } = await findJudged(parts, reader, asked)
  const shown = await shownEvents(parts, reader, judged)
  const isRead = await readMarks(parts, reader, judged)
  const notifications: PastNotification[] = []
  for (const { known, verdict } of judged) {
    const json = shown.get(known.nid)
    if (json === undefined) continue
    notifications.push({ known, json, actions: verdict.actions, read: isRead(known) })
  }
  return { notifications, next }
}

interface Judged {
  readonly known: KnownEvent
  readonly verdict: PushVerdict
}

async function findJudged(parts: PastParts, { userId }: Reader, { upTo, limit, onlyHighlights }: PastAsked) {
  const rooms = (await parts.rooms.roomsOf(userId)).filter(isThere).sort(byNewest).slice(0, MAX_ROOMS)
  const audience = await parts.audiences.ofUser(userId)
  const judged: Judged[] = []
  let next: Position | undefined = upTo
  for (let lookedAt = 0; next !== undefined && lookedAt < MAX_LOOKED_AT; lookedAt += STEP) {
    const events: KnownEvent[] = await parts.rooms.newestInRooms(roomsUpTo(rooms, next), next, STEP)
    next = events.length < STEP ? undefined : placeBefore(events.at(-1))
    for (const known of events) {
      const verdict = await parts.judge.verdictFor(userId, known.event, audience)
      if (verdict?.notify !== true || (onlyHighlights && !verdict.highlight)) continue
      judged.push({ known, verdict })
      if (judged.length === limit) return { judged, next: known === events.at(-1) ? next : placeBefore(known) }
    }
  }
  return { judged, next }
}

const isThere = ({ membership }: UserRoom): boolean => membership === 'join' || membership === 'invite'
const byNewest = (one: UserRoom, other: UserRoom): number => other.roomPosition - one.roomPosition

/** Rooms that can hold one of the newest `STEP` events up to a position: those with later ones, and the next so many. */
function roomsUpTo(rooms: readonly UserRoom[], upTo: Position): number[] {
  const later = rooms.filter(({ roomPosition }) => roomPosition > upTo).length
  return rooms.slice(0, later + STEP).map(({ roomNid }) => roomNid)
}

const placeBefore = (known: KnownEvent | undefined): Position => (known?.position ?? 1) - 1

/** Texts by event number, of events that the user may see and was there for: who comes into a room was not notified of its past. */
async function shownEvents(parts: PastParts, reader: Reader, judged: readonly Judged[]): Promise<Map<number, string>> {
  const texts = new Map<number, string>()
  for (const [, ofRoom] of Map.groupBy(judged, ({ known }) => known.roomNid)) {
    const events = ofRoom.map(({ known }) => known)
    for (const { known, json } of await parts.rooms.show(events, reader, { roomId: false })) {
      if (known.event.stateKey === reader.userId || wasJoined(json)) texts.set(known.nid, json)
    }
  }
  return texts
}

function wasJoined(json: string): boolean {
  const event: unknown = JSON.parse(json) // our own text
  return isObject(event) && objectAt(event as JsonObject, 'unsigned')?.['membership'] === 'join'
}

/** Whether events are read: by a receipt, or by the user's answer, after which nothing in their thread is counted. */
async function readMarks(parts: PastParts, { userId }: Reader, judged: readonly Judged[]) {
  const events = judged.map(({ known }) => known.event)
  const roomIds = [...new Set(events.map(({ roomId }) => roomId))]
  const threads = await threadMap(events, parts.rooms)
  const receipts = Map.groupBy(await parts.receipts.ofUser(userId, roomIds), ({ roomId }) => roomId)
  const marks = new Map<RoomId, Marks>(roomIds.map((roomId) => [roomId, marksOf(receipts.get(roomId) ?? [])]))
  const rows = await parts.database.run(selectUnread, userId, roomIds)
  const unread = new Set(rows.map(({ room_id, thread_id }) => `${room_id} ${thread_id}`))
  return ({ event, position }: KnownEvent): boolean => {
    const thread = threads.get(event.eventId) ?? 'main'
    const mark = marks.get(event.roomId)
    return !unread.has(`${event.roomId} ${thread}`) || (mark !== undefined && isRead(mark, thread, position ?? 0))
  }
}
