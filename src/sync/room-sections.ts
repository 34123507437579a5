// The sections of rooms whose events the user may read: joined ones and those that were left.
// spec: client-server-api, GET /_matrix/client/v3/sync (rooms.join, rooms.leave)

import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Rooms, ShownEvent } from '#rooms/rooms.ts'
import { type Asking, pickedText, readerOf, showOptionsOf } from './asking.ts'
import { joinedTexts, type Summary, stateMembers, summaryMember, timelineMember } from './room-texts.ts'
import type { StateSections } from './state-sections.ts'
import { membersMoved, summariesOf } from './summaries.ts'
import type { RoomRef, Timeline } from './timelines.ts'

export interface RoomWish {
  readonly ref: RoomRef
  readonly timeline: Timeline
  /** The client knows nothing of the room yet, or wants all of its state. */
  readonly whole: boolean
  /** The user has left: who is in the room is not their business any more. */
  readonly isLeft: boolean
  /** Events that others relate to, as far as it is known without asking; undefined: ask. */
  readonly related: ReadonlySet<EventId> | undefined
}

export interface RoomSection {
  /** Members of the section's object, joined by commas: timeline, state, summary. */
  readonly text: string
  /** Nothing in it that the client does not know. */
  readonly isEmpty: boolean
  /** With lazy loading: the members in it, by user. */
  readonly members: ReadonlyMap<UserId, number>
}

export interface SectionParts {
  readonly rooms: Rooms
  readonly states: StateSections
  /** What the device was told of a room's members before. */
  readonly told: (roomNid: number) => ReadonlyMap<UserId, number>
}

const nobody: ReadonlyMap<UserId, number> = new Map()

/** The sections of many rooms at once, with few queries. */
export async function roomSections(
  parts: SectionParts,
  asking: Asking,
  wishes: readonly RoomWish[],
): Promise<Map<RoomId, RoomSection>> {
  if (wishes.length === 0) return new Map()
  const [related, summaries] = await Promise.all([
    relatedOf(parts.rooms, wishes),
    summariesFor(parts.rooms, asking.userId, wishes),
  ])
  const sections = new Map<RoomId, RoomSection>()
  const made = wishes.map(async (wish) => {
    const summary = summaries.get(wish.ref.roomNid)
    return section(parts, asking, { ...wish, related: wish.related ?? related, summary })
  })
  for (const [index, each] of (await Promise.all(made)).entries()) {
    const roomId = wishes[index]?.ref.roomId
    if (roomId !== undefined) sections.set(roomId, each)
  }
  return sections
}

async function relatedOf(rooms: Rooms, wishes: readonly RoomWish[]): Promise<ReadonlySet<EventId>> {
  const asked = wishes.filter(({ related }) => related === undefined)
  return rooms.sync.related(asked.flatMap(({ timeline }) => timeline.events.map(({ event }) => event.eventId)))
}

/** Summaries of the rooms in which somebody came or went, and of those that are new to the client. */
async function summariesFor(rooms: Rooms, reader: UserId, wishes: readonly RoomWish[]): Promise<Map<number, Summary>> {
  const isNews = await Promise.all(
    wishes.map(
      ({ whole, isLeft, timeline }) => !isLeft && (whole || membersMoved(rooms, timeline.previous, timeline.end)),
    ),
  )
  const news = wishes.filter((_, index) => isNews[index])
  return summariesOf(
    rooms,
    reader,
    news.map(({ ref, timeline }) => ({ roomNid: ref.roomNid, state: timeline.end })),
  )
}

async function section(
  { rooms, states, told }: SectionParts,
  asking: Asking,
  wish: RoomWish & { readonly related: ReadonlySet<EventId>; readonly summary: Summary | undefined },
): Promise<RoomSection> {
  const { timeline, whole, ref, summary, related } = wish
  const shown = await rooms.show(timeline.events, readerOf(asking), { ...showOptionsOf(asking), related })
  const before = whole ? nobody : told(ref.roomNid)
  const { state, timeline: timelineFilter } = asking.filter.room
  const wantsState = state.includesRoom(ref.roomId)
  const known = await states.section(asking, {
    roomNid: ref.roomNid,
    timeline: wantsState ? timeline : { ...timeline, previous: undefined, start: undefined, end: undefined },
    shown: shown.map((each) => each.known),
    whole,
    members: state.lazyLoadMembers ? speakers(asking, shown, whole, summary) : undefined,
    told: state.includeRedundantMembers ? nobody : before,
  })
  const wantsTimeline = timelineFilter.includesRoom(ref.roomId)
  const events = wantsTimeline ? shown.map(({ json }) => pickedText(asking, json)) : []
  const members = [
    timelineMember(events, wantsTimeline && timeline.limited, timeline.prevBatch),
    stateMembers(asking.stateAfterNames, known.text),
    ...(summary ? [summaryMember(summary)] : []),
  ]
  return {
    text: joinedTexts(members),
    isEmpty: events.length === 0 && known.isEmpty && !timeline.limited && !summary,
    members: state.lazyLoadMembers ? withOwnTimeline(known.members, shown) : nobody,
  }
}

/** Whom a client must know to show the section: who speaks in it, whom the room is called after, and itself in a room that is new. */
function speakers(
  { userId }: Asking,
  shown: readonly ShownEvent[],
  whole: boolean,
  summary: Summary | undefined,
): ReadonlySet<UserId> {
  const users = new Set<UserId>(shown.map(({ known }) => known.event.sender))
  for (const hero of summary?.heroes ?? []) users.add(hero as UserId)
  if (whole) users.add(userId)
  return users
}

/** A member event in the timeline tells of the member as well. */
function withOwnTimeline(
  members: ReadonlyMap<UserId, number>,
  shown: readonly ShownEvent[],
): ReadonlyMap<UserId, number> {
  const all = new Map(members)
  for (const { known } of shown) {
    const { type, stateKey } = known.event
    if (type === 'm.room.member' && stateKey !== undefined) all.set(stateKey as UserId, known.nid)
  }
  return all
}
