// Which of the rooms that a request is about are told, and how much of each; and what becomes of the connection's memory of the others.
// spec: proposals/4186 (room results, changing room configs)

import type { Position } from '#platform/stream/stream.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { UserRoom } from '#rooms/rooms.ts'
import type { SlidingLook } from './look.ts'
import type { CombinedConfig, RoomConfigs } from './room-configs.ts'
import { type RoomMemory, toldAsOf } from './room-memory.ts'
import type { Shape } from './sliding-request.ts'
import type { UserMarks } from './user-marks.ts'
import type { MatchedRoom, Windows } from './windows.ts'

/** Events in one answer, some 10 MB; a room counts as some. The rooms beyond follow with the next request, which need not wait. */
const MOST_EVENTS = 20_000
const COST_OF_ROOM = 20
/** A room whose members are all asked for: there may be thousands. */
const COST_OF_MEMBERS = 1_000

export interface ChosenRoom {
  readonly room: UserRoom
  readonly lists: readonly string[]
  readonly config: CombinedConfig
  readonly isDm: boolean
  readonly memory: RoomMemory | undefined
  /** Everything up to here is known to the client; undefined: it is told all anew. */
  readonly after: Position | undefined
  /** More of the past is wanted than was told. */
  readonly isExpanded: boolean
  /** Nothing has happened in its events since `after`. */
  readonly isQuiet: boolean
}

export interface Choice {
  readonly chosen: readonly ChosenRoom[]
  /** Remembered rooms in which something happened that is not told now. */
  readonly missed: readonly number[]
}

export interface ChoiceParts {
  readonly shape: Shape
  readonly configs: RoomConfigs
  readonly windows: Windows
  readonly look: SlidingLook
  readonly marks: UserMarks
  readonly told: ReadonlyMap<number, RoomMemory>
  /** The position that the client asks from. */
  readonly from: Position
}

export function chooseRooms(parts: ChoiceParts): Choice {
  const { windows, look, told } = parts
  const chosen: ChosenRoom[] = []
  const now = new Set<number>()
  let cost = 0
  for (const [roomNid, matched] of windows.matched) {
    const room = chosenRoom(parts, matched)
    if (!room || cost >= MOST_EVENTS) continue
    cost += costOf(room)
    chosen.push(room)
    now.add(roomNid)
  }
  const missed: number[] = []
  for (const roomNid of new Set([...look.arrivals.keys(), ...look.moved])) {
    if (!now.has(roomNid) && told.has(roomNid)) missed.push(roomNid)
  }
  return { chosen, missed }
}

const costOf = ({ config: { timelineLimit, state } }: ChosenRoom): number =>
  COST_OF_ROOM + timelineLimit + (state.asksForMembers ? COST_OF_MEMBERS : 0)

/** Undefined: there is nothing to tell of the room. */
function chosenRoom(parts: ChoiceParts, matched: MatchedRoom): ChosenRoom | undefined {
  const { look, marks, told, from, configs } = parts
  const { room, lists } = matched
  const memory = told.get(room.roomNid)
  const isDm = marks.direct.has(room.roomId)
  const config = configs.combine(matched.configs)
  const common = { room, lists, config, isDm, memory }
  if (!memory || isAnother(memory, room)) {
    return { ...common, after: undefined, isExpanded: false, isQuiet: false }
  }
  const isIn = room.membership === 'join'
  const isQuiet = memory.upTo === undefined && !look.arrivals.has(room.roomNid) && !look.moved.has(room.roomNid)
  const isExpanded = isIn && config.timelineLimit > memory.timelineLimit
  const hasNews =
    !isQuiet ||
    isExpanded ||
    (isIn && (config.stateText !== memory.stateText || isDm !== memory.isDm)) ||
    countsChanged(parts, room.roomId)
  return hasNews ? { ...common, after: memory.upTo ?? from, isExpanded, isQuiet } : undefined
}

const countsChanged = ({ shape, look }: ChoiceParts, roomId: RoomId): boolean =>
  shape === 'deployed' && (look.news?.counts.has(roomId) ?? false)

/** What the client knows of the room is about something else: it was invited and is in it now, or came back. */
function isAnother({ toldAs }: RoomMemory, room: UserRoom): boolean {
  const now = toldAsOf(room)
  return toldAs !== now && !(toldAs === 'joined' && now === 'left')
}
