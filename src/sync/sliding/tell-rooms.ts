// The rooms of an answer: read together with few queries, told each by its own.
// spec: proposals/4186 (room results)

import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { KnownEvent, NodeHash, Rooms, ShownEvent, StateChange, StateKey } from '#rooms/rooms.ts'
import { type Asking, readerOf, showOptionsOf } from '../asking.ts'
import { parentsOf } from '../joined-rooms.ts'
import type { ChosenRoom } from './choose-rooms.ts'
import { tellOutside } from './outside-rooms.ts'
import { type Described, describingKeys, descriptionsOf } from './room-description.ts'
import { toldAsOf } from './room-memory.ts'
import { keysToKnow, type RequiredStateWish, requiredState } from './room-state.ts'
import { type RoomResult, roomText } from './room-text.ts'
import { roomTimelines } from './room-timelines.ts'
import type { ReadableRoom, Telling, TellingParts, ToldRoom } from './telling.ts'

/** The chosen rooms by number. Rooms that are not to be told, such as an invite whose event is gone, are left out. */
export async function tellRooms(
  parts: TellingParts,
  telling: Telling,
  chosen: readonly ChosenRoom[],
): Promise<Map<number, ToldRoom>> {
  const joined = chosen.filter(({ room }) => room.membership === 'join')
  const others = chosen.filter(({ room }) => room.membership !== 'join')
  const [timelines, outside] = await Promise.all([
    roomTimelines(parts.rooms, joined, telling.look, telling.askingFor),
    tellOutside(parts, telling, others),
  ])
  const readable = joined.flatMap((each): ReadableRoom[] => {
    const timeline = timelines.get(each.room.roomNid)
    return timeline ? [{ chosen: each, timeline, isWhole: each.after === undefined, isLeft: false }] : []
  })
  const told = await tellReadable(parts, telling, [...readable, ...outside.readable])
  return new Map([...told, ...outside.told])
}

async function tellReadable(
  parts: TellingParts,
  telling: Telling,
  readable: readonly ReadableRoom[],
): Promise<Map<number, ToldRoom>> {
  if (readable.length === 0) return new Map()
  const { rooms, push, stamps } = parts
  const asking = await telling.askingFor(0)
  const { userId } = asking
  const changes = await Promise.all(readable.map((each) => changesOf(rooms, each)))
  const wishes = readable.map(({ chosen: { room, config, memory }, timeline, isWhole }, index) => ({
    roomNid: room.roomNid,
    timeline,
    wanted: config.state,
    before: isWhole || !memory ? undefined : parts.configs.wantedState(memory.stateText),
    changes: changes[index] ?? [],
    // After a gap, and in a room told anew, the client begins with its members as well.
    told: isWhole || timeline.limited ? nobody : telling.told(room.roomNid),
  }))
  const toDescribe = await loadStates(parts, userId, readable, wishes)
  const asksForCounts = telling.shape === 'deployed' ? readable.filter(({ isLeft }) => !isLeft) : []
  const [described, bumped, unread, related, states] = await Promise.all([
    descriptionsOf(rooms, userId, toDescribe),
    stamps.of(readable.filter(({ chosen }) => !chosen.isQuiet).map(({ chosen }) => chosen.room)),
    push?.unreadCounts(userId, asksForCounts.map(roomIdOf), telling.look.window.upTo),
    relatedTo(rooms, telling, readable),
    Promise.all(wishes.map((wish) => requiredState(rooms, parts.beyondKeys, wish))),
  ])
  const events = await rooms.eventsByNid(states.flatMap(({ entries }) => entries.map(({ eventNid }) => eventNid)))
  const told = await Promise.all(
    readable.map(async (each, index): Promise<[number, ToldRoom]> => {
      const { room } = each.chosen
      const { entries, gone } = states[index] ?? { entries: [], gone: [] }
      const known = entries.flatMap(({ eventNid }) => events.get(eventNid) ?? [])
      const shown = await rooms.show(each.timeline.events, readerOf(asking), { ...showOptionsOf(asking), related })
      const result: RoomResult = {
        isInitial: each.isWhole,
        membership: room.membership,
        lists: each.chosen.lists,
        ...described.get(room.roomNid),
        isDm: newIsDm(each),
        bumpStamp: bumped.get(room.roomNid),
        unread: unread?.get(room.roomId)?.total,
        requiredState: await stateTexts(rooms, asking, known, telling.shape === 'accepted' ? gone : []),
        timeline: timelineResult(telling, each, shown),
      }
      return [room.roomNid, toldRoom(telling, each, result, { shown, known })]
    }),
  )
  return new Map(told)
}

const nobody: ReadonlyMap<UserId, number> = new Map()

const roomIdOf = ({ chosen }: ReadableRoom): RoomId => chosen.room.roomId

/** In which the room's state differs from what the client knows. Costs what differs. */
async function changesOf(rooms: Rooms, { timeline, isWhole }: ReadableRoom): Promise<readonly StateChange[]> {
  const { previous, end } = timeline
  return isWhole || previous === end ? [] : rooms.stateDifference(previous, end)
}

/** Loads what all rooms need of their states in one go. */
async function loadStates(
  { rooms }: TellingParts,
  reader: UserId,
  readable: readonly ReadableRoom[],
  wishes: readonly RequiredStateWish[],
): Promise<Described[]> {
  const atEnds = wishes.flatMap((wish) => {
    const { end } = wish.timeline
    return end ? [{ state: end, keys: [...keysToKnow(wish), ...describingKeys] }] : []
  })
  const loaded = await rooms.sync.stateEvents([...atEnds, ...readable.flatMap((each) => forSight(each, reader))])
  const withState = readable.flatMap(({ timeline, isWhole, isLeft }, index) => {
    const wish = wishes[index]
    return timeline.end && wish ? [{ wish, state: timeline.end, isWhole, isLeft }] : []
  })
  return withState.flatMap(({ wish, state, isWhole, isLeft }, index) => {
    const events = loaded[index]
    if (!events) return []
    return [{ roomNid: wish.roomNid, state, events, changes: isWhole ? undefined : wish.changes, isLeft }]
  })
}

/** State before the events that decides who sees them, and what they replaced. Messages do not change it, so most share one. */
function forSight({ timeline }: ReadableRoom, reader: UserId) {
  const states = new Map<NodeHash, StateKey[]>()
  for (const { event, stateBefore: state } of timeline.events) {
    if (!state) continue
    const keys = states.get(state) ?? [visibilityKey, { type: 'm.room.member', stateKey: reader }]
    if (event.stateKey !== undefined) keys.push({ type: event.type, stateKey: event.stateKey })
    states.set(state, keys)
  }
  return [...states].map(([state, keys]) => ({ state, keys }))
}

const visibilityKey = { type: 'm.room.history_visibility', stateKey: '' }

/** Events that others relate to. Those that have only just arrived need no question. */
async function relatedTo(
  rooms: Rooms,
  { look }: Telling,
  readable: readonly ReadableRoom[],
): Promise<ReadonlySet<EventId>> {
  const related = new Set<EventId>()
  const asked: EventId[] = []
  for (const { chosen, timeline } of readable) {
    const isNear = chosen.after !== undefined && !chosen.isExpanded && chosen.memory?.upTo === undefined
    const arrivals = isNear ? look.arrivals.get(chosen.room.roomNid) : undefined
    if (arrivals) for (const parent of parentsOf(arrivals)) related.add(parent)
    else asked.push(...timeline.events.map(({ event }) => event.eventId))
  }
  for (const eventId of await rooms.sync.related(asked)) related.add(eventId)
  return related
}

function newIsDm({ chosen: { isDm, memory }, isWhole, isLeft }: ReadableRoom): boolean | undefined {
  if (isLeft) return undefined
  if (isWhole) return isDm || undefined
  return isDm === memory?.isDm ? undefined : isDm
}

/** State events as texts, in the order in which they were made: creation first. */
async function stateTexts(
  rooms: Rooms,
  asking: Asking,
  known: readonly KnownEvent[],
  gone: readonly StateKey[],
): Promise<string[]> {
  const sorted = [...known].sort((a, b) => a.event.depth - b.event.depth || a.nid - b.nid)
  const texts = await rooms.sync.stateTexts(sorted, showOptionsOf(asking))
  return [...texts, ...gone.map(({ type, stateKey }) => JSON.stringify({ type, state_key: stateKey }))]
}

function timelineResult(
  { from }: Telling,
  { chosen, timeline }: ReadableRoom,
  shown: readonly ShownEvent[],
): RoomResult['timeline'] {
  const { limited, prevBatch } = timeline
  const live = from === undefined ? 0 : shown.filter(({ known }) => (known.position ?? 0) > from).length
  return { events: shown.map(({ json }) => json), limited, prevBatch, live, isExpanded: chosen.isExpanded }
}

function toldRoom(
  { look, shape }: Telling,
  each: ReadableRoom,
  result: RoomResult,
  { shown, known }: { readonly shown: readonly ShownEvent[]; readonly known: readonly KnownEvent[] },
): ToldRoom {
  const { chosen, isWhole, timeline } = each
  const { room, config, memory, isDm, isExpanded } = chosen
  const counts = look.news?.counts.has(room.roomId) ?? false
  const isNews =
    isWhole ||
    shown.length > 0 ||
    timeline.limited ||
    counts ||
    (result.requiredState ?? []).length > 0 ||
    [result.name, result.avatar, result.heroes, result.isDm, result.joined].some((value) => value !== undefined)
  const isGap = isWhole || isExpanded || timeline.limited || !memory
  return {
    text: isNews ? roomText(shape, result) : undefined,
    memory: {
      toldAs: toldAsOf(room),
      timelineLimit: isGap ? config.timelineLimit : memory.timelineLimit,
      stateText: config.stateText,
      isDm,
    },
    members: membersTold([...known, ...shown.map((one) => one.known)]),
    eventIds: shown.map((one) => one.known.event.eventId),
  }
}

function membersTold(events: readonly KnownEvent[]): Map<UserId, number> {
  const members = new Map<UserId, number>()
  for (const { event, nid } of events) {
    if (event.type === 'm.room.member' && event.stateKey !== undefined) members.set(event.stateKey as UserId, nid)
  }
  return members
}
