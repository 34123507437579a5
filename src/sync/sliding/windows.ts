// Which rooms a request is about: the windows of its lists over the user's rooms, and its subscriptions.
// spec: proposals/4186 (lists and subscriptions)

import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Rooms, UserRoom } from '#rooms/rooms.ts'
import type { RoomsOfUser } from '../attendance.ts'
import type { RecentRoom } from './recent-rooms.ts'
import type { RoomMemory } from './room-memory.ts'
import type { RoomTraits, TraitsOfRooms } from './room-traits.ts'
import type { ListAsked, RoomConfig, RoomFilter, SlidingRequest } from './sliding-request.ts'
import { tagsOf, type UserMarks } from './user-marks.ts'

/** No window reaches further down: what a connection remembers of rooms is bounded by it. */
const LAST_PLACE = 9_999

export interface ListWindow {
  readonly count: number
  /** The rooms of each range. */
  readonly ranges: readonly { readonly range: readonly [number, number]; readonly rooms: readonly UserRoom[] }[]
}

export interface MatchedRoom {
  readonly room: UserRoom
  readonly lists: readonly string[]
  readonly isSubscribed: boolean
  /** Configs of all rules that the room matches. */
  readonly configs: readonly RoomConfig[]
}

export interface Windows {
  readonly lists: ReadonlyMap<string, ListWindow>
  /** Subscribed rooms first, then those of the lists from above. */
  readonly matched: ReadonlyMap<number, MatchedRoom>
}

export interface WindowParts {
  readonly rooms: Rooms
  readonly traits: TraitsOfRooms
}

export interface UserView {
  readonly mine: RoomsOfUser
  readonly recent: readonly RecentRoom[]
  readonly marks: UserMarks
  readonly ignored: ReadonlySet<string>
  /** What the connection remembers. */
  readonly told: ReadonlyMap<number, RoomMemory>
}

export async function windowsOf(parts: WindowParts, request: SlidingRequest, view: UserView): Promise<Windows> {
  const matched = new Map<number, { room: UserRoom; lists: string[]; isSubscribed: boolean; configs: RoomConfig[] }>()
  for (const [roomId, config] of request.subscriptions) {
    const room = view.mine.get(roomId)
    if (!room || (room.forgotten && !view.told.has(room.roomNid))) continue
    matched.set(room.roomNid, { room, lists: [], isSubscribed: true, configs: [config] })
  }
  const lists = new Map<string, ListWindow>()
  if (request.lists.size === 0) return { lists, matched }
  const listed = await listedRooms(parts, view)
  for (const [name, list] of request.lists) {
    const rooms = await filtered(parts, view, listed, list.filter)
    const window = windowOf(rooms, list)
    lists.set(name, window)
    for (const room of new Set(window.ranges.flatMap((each) => each.rooms))) {
      const known = matched.get(room.roomNid)
      if (known) {
        known.lists.push(name)
        known.configs.push(list)
      } else matched.set(room.roomNid, { room, lists: [name], isSubscribed: false, configs: [list] })
    }
  }
  return { lists, matched }
}

function windowOf(rooms: readonly UserRoom[], { ranges }: ListAsked): ListWindow {
  const asked = ranges ?? [[0, LAST_PLACE] as const]
  return {
    count: rooms.length,
    ranges: asked.map(([from, to]) => {
      return { range: [from, to] as const, rooms: rooms.slice(from, Math.min(to, LAST_PLACE) + 1) }
    }),
  }
}

/** The list before it is filtered. Rooms that the user has left are in it until the client knows; invites that are not wanted never. */
async function listedRooms({ rooms }: WindowParts, { recent, marks, ignored, told }: UserView): Promise<UserRoom[]> {
  const unwanted = new Set<UserRoom>()
  const invites = recent.flatMap(({ room }) => (room.membership === 'invite' ? room : []))
  if (marks.blocksInvites) for (const room of invites) unwanted.add(room)
  else if (ignored.size > 0 && invites.length > 0) {
    const events = await rooms.eventsByNid(invites.map(({ eventNid }) => eventNid))
    for (const room of invites) if (ignored.has(events.get(room.eventNid)?.event.sender ?? '')) unwanted.add(room)
  }
  const listed: UserRoom[] = []
  for (const { room, putOut } of recent) {
    if (unwanted.has(room)) continue
    const isLeft = room.membership === 'leave' || room.membership === 'ban'
    if (isLeft && !putOut) {
      const memory = told.get(room.roomNid)
      if (!memory || memory.toldAs === 'left') continue
    }
    listed.push(room)
  }
  return listed
}

async function filtered(
  { traits }: WindowParts,
  { mine, marks }: UserView,
  rooms: readonly UserRoom[],
  filter: RoomFilter,
): Promise<readonly UserRoom[]> {
  const asksForTraits = filter.isEncrypted !== undefined || filter.roomTypes !== undefined || filter.notRoomTypes
  const found = asksForTraits ? await traits.of(rooms) : undefined
  const inSpaces = filter.spaces && (await roomsInSpaces(traits, mine, filter.spaces))
  const matches = tests(filter, marks, inSpaces)
  return matches.length === 0 && !found
    ? rooms
    : rooms.filter((room, index) => {
        const own = found?.[index]
        return matches.every((test) => test(room)) && (own === undefined || fitsTraits(filter, own))
      })
}

function tests(
  { isDm, isInvited, tags, notTags }: RoomFilter,
  marks: UserMarks,
  inSpaces: ReadonlySet<string> | undefined,
): ((room: UserRoom) => boolean)[] {
  const hasTag = (roomId: RoomId, names: readonly string[]) => {
    const own = tagsOf(marks, roomId)
    return names.some((name) => own.has(name))
  }
  return [
    ...(isDm === undefined ? [] : [({ roomId }: UserRoom) => marks.direct.has(roomId) === isDm]),
    ...(isInvited === undefined ? [] : [({ membership }: UserRoom) => (membership === 'invite') === isInvited]),
    ...(tags ? [({ roomId }: UserRoom) => hasTag(roomId, tags)] : []),
    ...(notTags ? [({ roomId }: UserRoom) => !hasTag(roomId, notTags)] : []),
    ...(inSpaces ? [({ roomId }: UserRoom) => inSpaces.has(roomId)] : []),
  ]
}

function fitsTraits({ isEncrypted, roomTypes, notRoomTypes }: RoomFilter, traits: RoomTraits): boolean {
  if (isEncrypted !== undefined && traits.isEncrypted !== isEncrypted) return false
  if (notRoomTypes?.includes(traits.type)) return false
  return roomTypes === undefined || roomTypes.includes(traits.type)
}

async function roomsInSpaces(
  traits: TraitsOfRooms,
  mine: RoomsOfUser,
  spaces: readonly string[],
): Promise<ReadonlySet<string>> {
  const joined = spaces.flatMap((roomId) => {
    const room = mine.get(roomId as RoomId)
    return room?.membership === 'join' ? room : []
  })
  const children = await Promise.all(joined.map((space) => traits.childrenOf(space)))
  return new Set(children.flatMap((each) => [...each]))
}
