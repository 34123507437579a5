// One reading: what a connection's client does not know yet, as the text of an answer and as what it will know then.
// spec: proposals/4186 (response body)

import type { Position } from '#platform/stream/stream.ts'
import type { EventId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Asking } from '../asking.ts'
import type { ActiveUser } from '../attendance.ts'
import type { FiltersInUse } from '../filters-in-use.ts'
import type { ReadingParts } from '../reading.ts'
import { joinedTexts, mapMember } from '../room-texts.ts'
import type { MembersByRoom } from '../told-members.ts'
import { type ChosenRoom, chooseRooms } from './choose-rooms.ts'
import type { Connection, Passing, ToldChanges } from './connection.ts'
import { e2eeExtension, toDeviceExtension } from './extension-devices.ts'
import {
  accountDataExtension,
  type ExtensionView,
  type RoomMarks,
  receiptsExtension,
  typingExtension,
} from './extension-rooms.ts'
import { listTexts } from './list-texts.ts'
import { lookForNews } from './look.ts'
import type { ConnectionPosition } from './position-token.ts'
import type { RecentRooms } from './recent-rooms.ts'
import { isSameMemory, type RoomMemory } from './room-memory.ts'
import type { TraitsOfRooms } from './room-traits.ts'
import type { SlidingRequest } from './sliding-request.ts'
import { tellRooms } from './tell-rooms.ts'
import type { TellingParts, ToldRoom } from './telling.ts'
import type { MarksOfUsers } from './user-marks.ts'
import { type Windows, windowsOf } from './windows.ts'

/** Rooms that a connection remembers; a window reaches no further down than that. */
const MOST_REMEMBERED = 20_000

export interface SlidingParts extends TellingParts {
  readonly reading: ReadingParts
  readonly filters: FiltersInUse
  readonly order: RecentRooms
  readonly traits: TraitsOfRooms
  readonly marks: MarksOfUsers
}

export interface SlidingReading {
  /** Nothing in it that the client does not know. */
  readonly isEmpty: boolean
  readonly upTo: Position
  readonly typing: number
  /** What the client knows with it, and did not before. */
  readonly changes: ToldChanges
  readonly passing: Passing
  /** Members that it tells, by room. */
  readonly members: MembersByRoom
  /** The answer's members but its position, joined by commas. */
  readonly text: string
}

export interface SlidingReadRequest {
  readonly request: SlidingRequest
  readonly user: ActiveUser
  readonly connection: Connection
  /** Undefined: the connection begins. */
  readonly position: ConnectionPosition | undefined
  /** Nothing about the user has happened between the position and here. */
  readonly after: Position | undefined
  readonly toldMembers: (roomNid: number) => ReadonlyMap<UserId, number>
}

export async function readSliding(parts: SlidingParts, asked: SlidingReadRequest): Promise<SlidingReading> {
  const { request, connection, position } = asked
  const { userId, shape } = request
  const { sources } = parts.reading
  const typing = sources.ephemeral?.typing.serial ?? 0
  const [marks, ignored] = await Promise.all([parts.marks.of(userId), sources.accounts.ignoredUsersOf(userId)])
  const look = await lookForNews(parts.reading, parts.order, asked.user, asked.after)
  const told = connection.rooms
  const windows = await windowsOf(parts, request, { mine: look.mine, recent: look.recent, marks, ignored, told })
  const from = position?.position
  const choice = chooseRooms({ shape, configs: parts.configs, windows, look, marks, told, from: from ?? 0 })
  const askingFor = (limit: number) => askingWithLimit(parts, request, ignored, limit)
  const view: ExtensionView = {
    sources,
    userId,
    ignored,
    look,
    windows,
    known: knownRooms(told, choice.chosen),
    isNew: (roomNid) => !told.has(roomNid),
  }
  const telling = tellRooms(parts, { shape, look, from, askingFor, told: asked.toldMembers }, choice.chosen)
  const [rooms, extensions] = await Promise.all([telling, readExtensions(parts, asked, view, askingFor(0), telling)])
  const changes = changedMemories(told, rooms, windows, { missed: choice.missed, from: from ?? 0 }, extensions)
  const lists = listTexts(windows.lists, shape, connection.passing.windows)
  return {
    isEmpty: extensions.isEmpty && [...rooms.values()].every(({ text }) => text === undefined),
    upTo: look.window.upTo,
    typing,
    changes,
    passing: { typing: extensions.typing, windows: lists.orders },
    members: new Map([...rooms].flatMap(([roomNid, { members }]) => (members.size > 0 ? [[roomNid, members]] : []))),
    text: joinedTexts([
      request.transactionId === undefined ? '' : `"txn_id":${JSON.stringify(request.transactionId)}`,
      `"lists":{${joinedTexts(lists.texts)}}`,
      `"rooms":{${joinedTexts(choice.chosen.map(({ room }) => roomMember(room, rooms)))}}`,
      `"extensions":{${extensions.text}}`,
    ]),
  }
}

function roomMember(
  { roomId, roomNid }: { readonly roomId: string; readonly roomNid: number },
  rooms: ReadonlyMap<number, ToldRoom>,
): string {
  const text = rooms.get(roomNid)?.text
  return text === undefined ? '' : `${JSON.stringify(roomId)}:${text}`
}

async function askingWithLimit(
  { filters }: SlidingParts,
  { userId, deviceId }: SlidingRequest,
  ignored: ReadonlySet<UserId>,
  limit: number,
): Promise<Asking> {
  const inUse = await filters.get(userId, `{"room":{"timeline":{"limit":${limit}}}}`)
  return { userId, deviceId, ...inUse, ignored, stateAfterNames: [], fullState: false }
}

type KnownRooms = ReadonlyMap<number, Pick<RoomMemory, 'receipts' | 'accountData'>>

const untold = { receipts: false, accountData: false } as const

/** What the client knows with the rooms that the answer tells; those that are told anew begin with nothing. */
function knownRooms(told: ReadonlyMap<number, RoomMemory>, chosen: readonly ChosenRoom[]): KnownRooms {
  const fresh = chosen.flatMap(({ room }) => (told.has(room.roomNid) ? [] : room.roomNid))
  return fresh.length === 0
    ? told
    : new Map<number, Pick<RoomMemory, 'receipts' | 'accountData'>>([
        ...told,
        ...fresh.map((roomNid) => [roomNid, untold] as const),
      ])
}

interface ReadExtensions {
  readonly text: string
  readonly isEmpty: boolean
  readonly typing: ReadonlySet<number>
  readonly receipts: RoomMarks
  readonly accountData: RoomMarks
}

async function readExtensions(
  { reading }: SlidingParts,
  { request, connection, position }: SlidingReadRequest,
  view: ExtensionView,
  asking: Promise<Asking>,
  telling: Promise<ReadonlyMap<number, ToldRoom>>,
): Promise<ReadExtensions> {
  const { toDevice, e2ee, accountData, receipts, typing } = request.extensions
  const eventIds = telling.then((rooms) => [...rooms.values()].flatMap((room): readonly EventId[] => room.eventIds))
  const [messages, keys, data, read] = await Promise.all([
    toDevice && toDeviceExtension(reading, request, toDevice, view.look),
    e2ee ? asking.then((states) => e2eeExtension(reading, states, view.look)) : undefined,
    accountDataExtension(view, accountData),
    eventIds.then((told) => receiptsExtension(view, receipts, told)),
  ])
  const types = typingExtension(view, typing, { since: position?.typing, told: connection.passing.typing })
  const hasData = data.global.length > 0 || data.texts.size > 0
  return {
    text: joinedTexts([
      messages ? `"to_device":${messages.text}` : '',
      keys ? `"e2ee":${keys.text}` : '',
      hasData ? `"account_data":{"global":[${joinedTexts(data.global)}],${roomsMember(data.texts)}}` : '',
      read.texts.size > 0 ? `"receipts":{${roomsMember(read.texts)}}` : '',
      typing && types.texts.size > 0 ? `${JSON.stringify(typing.name)}:{${roomsMember(types.texts)}}` : '',
    ]),
    isEmpty:
      (messages?.isEmpty ?? true) &&
      (keys?.isEmpty ?? true) &&
      !hasData &&
      read.texts.size === 0 &&
      types.texts.size === 0,
    typing: types.typing,
    receipts: read.marks,
    accountData: data.marks,
  }
}

const roomsMember = (texts: ReadonlyMap<string, string>): string => mapMember('rooms', texts) || '"rooms":{}'

function changedMemories(
  told: ReadonlyMap<number, RoomMemory>,
  rooms: ReadonlyMap<number, ToldRoom>,
  windows: Windows,
  { missed, from }: { readonly missed: readonly number[]; readonly from: Position },
  { receipts, accountData }: Pick<ReadExtensions, 'receipts' | 'accountData'>,
): ToldChanges {
  const changes = new Map<number, RoomMemory | undefined>()
  const current = (roomNid: number) => changes.get(roomNid) ?? told.get(roomNid)
  for (const [roomNid, { memory }] of rooms) {
    const { receipts: read, accountData: data } = told.get(roomNid) ?? untold
    changes.set(roomNid, { ...memory, upTo: undefined, receipts: read, accountData: data })
  }
  for (const roomNid of missed) {
    const memory = told.get(roomNid)
    if (memory) changes.set(roomNid, { ...memory, upTo: memory.upTo ?? from })
  }
  const mark = (roomNids: Iterable<number>, change: Partial<RoomMemory>) => {
    for (const roomNid of roomNids) {
      const memory = current(roomNid)
      if (memory) changes.set(roomNid, { ...memory, ...change })
    }
  }
  mark(receipts.upToDate, { receipts: true })
  mark(receipts.behind, { receipts: false })
  mark(accountData.upToDate, { accountData: true })
  mark(accountData.behind, { accountData: false })
  for (const [roomNid, memory] of changes) {
    const before = told.get(roomNid)
    if (before && memory && isSameMemory(before, memory)) changes.delete(roomNid)
  }
  if (told.size + changes.size > MOST_REMEMBERED) forgetSome(told, changes, windows)
  return changes
}

/** Rooms that the request is not about are told anew when one is about them again. */
function forgetSome(
  told: ReadonlyMap<number, RoomMemory>,
  changes: Map<number, RoomMemory | undefined>,
  { matched }: Windows,
): void {
  let surplus = told.size + changes.size - MOST_REMEMBERED
  for (const roomNid of told.keys()) {
    if (surplus <= 0) return
    if (matched.has(roomNid)) continue
    changes.set(roomNid, undefined)
    surplus -= 1
  }
}
