// Receipts: how far people have read. Each change is a fact (kind `receipt`, with the room; with the user when it is private).
// spec: client-server-api/modules/receipts.md, read_markers.md; server-server-api #receipts

import { type AccountDataChange, accountDataChange } from '#accounts/accounts.ts'
import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { type Fact, type Position, type Stream, type WriterRow, write } from '#platform/stream/stream.ts'
import { forbidden, invalidParam, notFound } from '#protocol/errors/errors.ts'
import {
  type EventId,
  type RoomId,
  type ServerName,
  serverNameOf,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, stringAt } from '#protocol/json/json.ts'
import { parseThreadId, readReceipts } from './read-receipt-edu.ts'
import { type PlacedReceipt, type Receipt, type ReceiptType, receiptFromRow } from './receipt.ts'
import { isJoined, letsServerIn, type PlacedEvent, type RoomsAround } from './rooms-around.ts'
import {
  type ReceiptRow,
  type ReceiptWrite,
  selectReceipts,
  selectReceiptsAtEvents,
  selectReceiptsBetween,
  selectReceiptsOfOurs,
  selectReceiptsOfUser,
  upsertReceipt,
} from './store/receipts.ts'
import { isInThread } from './threads-of-events.ts'

/** What a client sets in one call: `/receipt` sets one of them, `/read_markers` up to three. */
export interface Markers {
  readonly 'm.read'?: EventId | undefined
  readonly 'm.read.private'?: EventId | undefined
  readonly 'm.fully_read'?: EventId | undefined
}

/** The user's account data, as far as the read marker needs it. */
export interface ReadMarkerStore {
  get(key: { userId: UserId; roomId: RoomId; type: string }): Promise<{ readonly content: string } | undefined>
}

export interface ReceiptsParts {
  readonly database: Database
  readonly stream: Stream
  readonly clock: Clock
  readonly rooms: RoomsAround
  readonly accountData: ReadMarkerStore
  readonly serverName: ServerName
}

/** The payload of a fact of kind `receipt`. */
export interface ReceiptFact {
  readonly receipts: readonly Receipt[]
}

/** Other people's receipts that one room gives at once: what an initial sync of a large room carries at most. */
const MAX_PER_ROOM = 2000
const FULLY_READ = 'm.fully_read'

export class Receipts {
  readonly #parts: ReceiptsParts

  constructor(parts: ReceiptsParts) {
    this.#parts = parts
  }

  /**
   * Sets markers of a local user. One that is behind the stored one changes nothing.
   *
   * @param thread as the client sent it; undefined: unthreaded.
   * @throws 403 unless joined; 404 for an event that is not in the room; 400 `M_INVALID_PARAM` for a thread that does not fit.
   */
  async set(userId: UserId, roomId: RoomId, markers: Markers, thread?: string): Promise<void> {
    const { rooms } = this.#parts
    if (!(await isJoined(rooms, roomId, userId))) {
      throw forbidden('receipts/not-joined', 'You are not in this room, so you cannot mark it as read. Join it first.')
    }
    const threadId = this.#threadOf(markers, thread)
    const events = await this.#events(roomId, markers)
    const receipts: Receipt[] = []
    for (const type of ['m.read', 'm.read.private'] as const) {
      const placed = events.get(markers[type])
      if (placed === undefined) continue
      if (threadId !== undefined) await this.#refuseOtherThread(placed, threadId)
      receipts.push(receiptAt({ roomId, userId, type, threadId, ts: this.#parts.clock.now() }, placed))
    }
    const marker = await this.#fullyRead(userId, roomId, events.get(markers[FULLY_READ]))
    await this.#append(await this.#ahead(receipts), marker)
  }

  /**
   * Takes in an `m.receipt` EDU. What is malformed, about users of other servers, users who are not in the room, or rooms whose
   * access control list refuses the server, is passed over.
   */
  async receive(origin: ServerName, content: JsonObject): Promise<void> {
    const taken: Receipt[] = []
    for (const [roomId, receipts] of readReceipts(origin, content)) {
      if (await letsServerIn(this.#parts.rooms, roomId, origin)) taken.push(...(await this.#ofMembers(receipts)))
    }
    await this.#append(await this.#ahead(await this.#placed(taken)), undefined)
  }

  /**
   * Receipts in rooms with positions in (after, upTo] that the viewer may see: everybody's public ones (the newest 2,000 of each
   * room) and the viewer's own. One query.
   */
  async between(
    roomIds: readonly RoomId[],
    after: Position,
    upTo: Position,
    viewer: UserId,
  ): Promise<ReadonlyMap<RoomId, readonly PlacedReceipt[]>> {
    if (roomIds.length === 0 || after >= upTo) return new Map()
    return byRoom(await this.#parts.database.run(selectReceiptsBetween, roomIds, after, upTo, viewer, MAX_PER_ROOM))
  }

  /** Receipts in rooms that are at some events, as far as the viewer may see them, and the viewer's own wherever they are. One query. */
  async atEvents(
    roomIds: readonly RoomId[],
    eventIds: readonly EventId[],
    viewer: UserId,
    upTo: Position,
  ): Promise<ReadonlyMap<RoomId, readonly PlacedReceipt[]>> {
    if (roomIds.length === 0) return new Map()
    return byRoom(await this.#parts.database.run(selectReceiptsAtEvents, roomIds, eventIds, viewer, upTo))
  }

  /** Receipts of our users, private ones too, with positions in (after, upTo], ascending: what push follows. */
  async ofOurs(after: Position, upTo: Position, limit: number): Promise<PlacedReceipt[]> {
    return (await this.#parts.database.run(selectReceiptsOfOurs, after, upTo, limit)).map(receiptFromRow)
  }

  /** All of a user's own receipts in rooms. */
  async ofUser(userId: UserId, roomIds: readonly RoomId[]): Promise<PlacedReceipt[]> {
    return (await this.#parts.database.run(selectReceiptsOfUser, userId, roomIds)).map(receiptFromRow)
  }

  #threadOf(markers: Markers, thread: string | undefined) {
    if (thread === undefined) return undefined
    if (markers[FULLY_READ] !== undefined) {
      throw invalidParam('The fully read marker is for the whole room. Leave out thread_id.')
    }
    const threadId = parseThreadId(thread)
    if (threadId === undefined) throw invalidParam('thread_id must be "main" or the event ID of the root of a thread.')
    return threadId
  }

  /** The events that the markers name, by ID; all of them are in the room. */
  async #events(roomId: RoomId, markers: Markers): Promise<ReadonlyMap<EventId | undefined, PlacedEvent>> {
    // By name: a client may send members beside that only newer servers know.
    const named = [markers['m.read'], markers['m.read.private'], markers[FULLY_READ]]
    const wanted = new Set(named.filter((eventId) => eventId !== undefined))
    const events = await this.#parts.rooms.events([...wanted])
    const found = new Map<EventId | undefined, PlacedEvent>()
    for (const placed of events) if (placed.event.roomId === roomId) found.set(placed.event.eventId, placed)
    if (found.size < wanted.size)
      throw notFound('The event is not in this room. Mark one that you got from the server.')
    return found
  }

  async #refuseOtherThread({ event }: PlacedEvent, threadId: NonNullable<Receipt['threadId']>): Promise<void> {
    const find = async (ids: readonly EventId[]) => (await this.#parts.rooms.events(ids)).map((each) => each.event)
    if (await isInThread(event, threadId, find)) return
    throw invalidParam('The event is not in the thread that thread_id names. Send the thread that the event is in.')
  }

  /** The new read marker, unless the present one is further ahead. */
  async #fullyRead(
    userId: UserId,
    roomId: RoomId,
    placed: PlacedEvent | undefined,
  ): Promise<AccountDataChange | undefined> {
    if (placed === undefined) return undefined
    const key = { userId, roomId, type: FULLY_READ }
    const eventId = eventIdIn((await this.#parts.accountData.get(key))?.content)
    if (eventId === placed.event.eventId) return undefined
    const [present] = eventId === undefined ? [] : await this.#parts.rooms.events([eventId])
    const isBehind = isKnown(present?.position) && isKnown(placed.position) && placed.position < present.position
    return isBehind ? undefined : accountDataChange(key, { event_id: placed.event.eventId })
  }

  async #ofMembers(receipts: readonly Receipt[]): Promise<Receipt[]> {
    const joined: Receipt[] = []
    for (const receipt of receipts) {
      // From the room's state in memory: a room that people write in is there.
      if (await isJoined(this.#parts.rooms, receipt.roomId, receipt.userId)) joined.push(receipt)
    }
    return joined
  }

  /** With the places of their events. An event of another room is not one that can be read here. */
  async #placed(receipts: readonly Receipt[]): Promise<Receipt[]> {
    if (receipts.length === 0) return []
    const events = await this.#parts.rooms.events([...new Set(receipts.map((receipt) => receipt.eventId))])
    const byId = new Map(events.map((placed) => [placed.event.eventId, placed]))
    return receipts.flatMap((receipt) => {
      const placed = byId.get(receipt.eventId)
      if (placed === undefined) return [receipt]
      return placed.event.roomId === receipt.roomId ? [receiptAt(receipt, placed)] : []
    })
  }

  /** Those that are ahead of the stored ones, as far as it can be told. */
  async #ahead(receipts: readonly Receipt[]): Promise<readonly Receipt[]> {
    if (receipts.length === 0) return receipts
    const stored = await this.#parts.database.run(
      selectReceipts,
      receipts.map((receipt) => receipt.roomId),
      receipts.map((receipt) => receipt.userId),
      receipts.map((receipt) => receipt.type),
      receipts.map((receipt) => receipt.threadId ?? ''),
    )
    const present = new Map(stored.map(receiptFromRow).map((receipt) => [placeOf(receipt), receipt]))
    return receipts.filter((receipt) => isAhead(receipt, present.get(placeOf(receipt))))
  }

  /** One act: one fact for the public receipts of each room, one for each private receipt, one for the marker. */
  async #append(receipts: readonly Receipt[], marker: AccountDataChange | undefined): Promise<void> {
    const facts: Fact[] = []
    const rows: WriterRow[] = []
    for (const group of factGroups(receipts)) {
      for (const receipt of group.receipts) {
        rows.push(write(upsertReceipt, this.#rowOf(receipt), facts.length))
      }
      facts.push({ kind: 'receipt', ...group.about, payload: { receipts: group.receipts } satisfies ReceiptFact })
    }
    if (marker !== undefined) {
      rows.push(marker.row(facts.length))
      facts.push(marker.fact)
    }
    if (facts.length > 0) await this.#parts.stream.append({ facts, rows })
  }

  #rowOf(receipt: Receipt): ReceiptWrite {
    const { threadId, eventPosition, userId } = receipt
    return {
      ...receipt,
      threadId: threadId ?? '',
      eventPosition: eventPosition ?? null,
      local: serverNameOf(userId) === this.#parts.serverName,
    }
  }
}

const isKnown = (position: number | null | undefined): position is number => typeof position === 'number'

const receiptAt = (receipt: Omit<Receipt, 'eventId' | 'eventPosition'>, { event, position }: PlacedEvent): Receipt => ({
  ...receipt,
  eventId: event.eventId,
  eventPosition: position ?? undefined,
})

const placeOf = ({ roomId, userId, type, threadId }: Receipt): string => `${roomId} ${userId} ${type} ${threadId ?? ''}`

function isAhead(receipt: Receipt, present: Receipt | undefined): boolean {
  if (present === undefined) return true
  if (present.eventId === receipt.eventId)
    return present.eventPosition === undefined && receipt.eventPosition !== undefined
  if (present.eventPosition === undefined || receipt.eventPosition === undefined) return true
  return receipt.eventPosition > present.eventPosition
}

interface FactGroup {
  readonly about: { readonly room: RoomId; readonly user?: UserId }
  readonly receipts: Receipt[]
}

function factGroups(receipts: readonly Receipt[]): Iterable<FactGroup> {
  const groups = new Map<string, FactGroup>()
  for (const receipt of receipts) {
    const { roomId: room, userId: user, type } = receipt
    const about = type === ('m.read.private' satisfies ReceiptType) ? { room, user } : { room }
    const name = `${room} ${about.user ?? ''}`
    const group = groups.get(name)
    if (group === undefined) groups.set(name, { about, receipts: [receipt] })
    else group.receipts.push(receipt)
  }
  return groups.values()
}

function eventIdIn(content: string | undefined): EventId | undefined {
  if (content === undefined) return undefined
  return stringAt(JSON.parse(content) as JsonObject, 'event_id') as EventId | undefined // our own text
}

function byRoom(rows: readonly ReceiptRow[]): Map<RoomId, PlacedReceipt[]> {
  const found = new Map<RoomId, PlacedReceipt[]>()
  for (const row of rows) {
    const receipt = receiptFromRow(row)
    const list = found.get(receipt.roomId)
    if (list === undefined) found.set(receipt.roomId, [receipt])
    else list.push(receipt)
  }
  return found
}
