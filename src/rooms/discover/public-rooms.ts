// The rooms that this server publishes, largest first, page by page in both directions.
// spec: client-server-api #published-room-directory; server-server-api #published-room-directory

import { invalidParam } from '#protocol/errors/errors.ts'
import type { RoomSummary } from '#protocol/room-summary/room-summary.ts'
import { storable } from '../index/storable.ts'
import { wordsOf } from '../index/words.ts'
import type { Engine } from '../room/engine.ts'
import { countListed, type ListedRoom, listRooms, listRoomsBefore } from '../store/room-cards.ts'

export interface DirectoryRequest {
  /** At least 1. */
  readonly limit: number
  readonly since: string | undefined
  readonly searchTerm: string | undefined
  /** `null`: rooms without a type. Undefined: any. */
  readonly roomTypes: readonly (string | null)[] | undefined
}

export interface DirectoryPage {
  readonly rooms: readonly RoomSummary[]
  readonly nextBatch: string | undefined
  readonly previousBatch: string | undefined
  /** Published rooms, whatever was asked for. */
  readonly total: number
}

/** Words of a search, and types of rooms, that are looked at. */
const MOST_WORDS = 20
const MOST_TYPES = 50

/** @throws 400 for a token that we did not give. */
export async function listPublicRooms(engine: Engine, request: DirectoryRequest): Promise<DirectoryPage> {
  const { database } = engine.parts
  const point = request.since === undefined ? beginning : readToken(request.since)
  const words = wordsOf(request.searchTerm ?? '').slice(0, MOST_WORDS)
  const total = (await database.one(countListed))?.rooms ?? 0
  // Something was asked for that no room's name can hold.
  if (words.length === 0 && (request.searchTerm ?? '').trim() !== '') return { ...emptyPage, total }
  const types = request.roomTypes?.slice(0, MOST_TYPES).map((type) => storable(type) ?? '') ?? null
  const back = point.direction === 'b'
  const list = back ? listRoomsBefore : listRooms
  const rows = await database.run(list, words, types, point.joined, point.roomNid, request.limit + 1)
  const isMore = rows.length > request.limit
  const page = rows.slice(0, request.limit)
  if (back) page.reverse()
  const [first, last] = [page.at(0), page.at(-1)]
  const hasNext = back ? last !== undefined : isMore
  const hasPrevious = back ? isMore : request.since !== undefined
  return {
    rooms: page.map(toSummary),
    nextBatch: hasNext && last ? writeToken('f', last) : undefined,
    previousBatch: hasPrevious && first ? writeToken('b', first) : undefined,
    total,
  }
}

const emptyPage = { rooms: [], nextBatch: undefined, previousBatch: undefined }

/** The card's text was made of a summary by `RoomCards`. */
const toSummary = ({ summary, joined }: ListedRoom): RoomSummary => ({
  ...(JSON.parse(summary) as RoomSummary),
  joined,
})

// ── Tokens: behind (f) or before (b) a room with so many members ──────────────────────────────────────────────────────

interface Point {
  readonly direction: 'b' | 'f'
  readonly joined: number
  readonly roomNid: number
}

const LARGEST = 2 ** 31 - 1
const beginning: Point = { direction: 'f', joined: LARGEST, roomNid: LARGEST }
const tokenForm = /^([bf])(\d{1,10})_(\d{1,10})$/

const writeToken = (direction: 'b' | 'f', { joined, room_nid }: ListedRoom): string =>
  `${direction}${joined}_${room_nid}`

function readToken(token: string): Point {
  const [, direction, joined, roomNid] = tokenForm.exec(token) ?? []
  const point = {
    direction: direction === 'b' ? ('b' as const) : ('f' as const),
    joined: Number(joined),
    roomNid: Number(roomNid),
  }
  if (point.joined <= LARGEST && point.roomNid <= LARGEST) return point
  throw invalidParam('The token was not given out by this server. Start again without it.')
}
