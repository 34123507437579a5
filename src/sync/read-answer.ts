// One reading: everything about a user in a window, as the text of an answer.
// spec: client-server-api, GET /_matrix/client/v3/sync

import type { Position, Stream } from '#platform/stream/stream.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Rooms, UserRoom } from '#rooms/rooms.ts'
import type { ActiveUsers } from './active-users.ts'
import { type Asking, pickedText, readerOf, showOptionsOf } from './asking.ts'
import type { ActiveUser, RoomsOfUser } from './attendance.ts'
import { accountDataTexts, addReceipts, addTyping, type TextsByRoom } from './beside-events.ts'
import type { DeviceSections } from './devices.ts'
import { blocksInvites, invitationText } from './invitations.ts'
import { firstWishes, joinedRoom, joinedRooms, newWishes, quietWish } from './joined-rooms.ts'
import { type LeftRoom, leftRoom } from './left-rooms.ts'
import { type News, newsFromFacts, newsFromRooms, type Window } from './news.ts'
import { type RoomSection, type RoomWish, roomSections } from './room-sections.ts'
import {
  eventsMember,
  joinedTexts,
  mapMember,
  objectOf,
  stateMembers,
  timelineMember,
  unreadMembers,
} from './room-texts.ts'
import { type PeopleMoved, peopleMoved } from './shared-rooms.ts'
import { type SincePoint, tokenOfSince } from './since-token.ts'
import type { Sources } from './sources.ts'
import type { StateSections } from './state-sections.ts'
import type { MembersByRoom } from './told-members.ts'

export interface ReadingParts {
  readonly rooms: Rooms
  readonly stream: Stream
  readonly users: ActiveUsers
  readonly states: StateSections
  readonly devices: DeviceSections | undefined
  readonly sources: Sources
}

export interface ReadRequest {
  readonly asking: Asking
  readonly user: ActiveUser
  readonly since: SincePoint | undefined
  /** Nothing about the user has happened between the token and here: reading begins here. */
  readonly after: Position
  readonly told: (roomNid: number) => ReadonlyMap<UserId, number>
}

export interface Answer {
  /** Nothing in it but the token. */
  readonly isEmpty: boolean
  readonly upTo: Position
  readonly token: string
  /** With lazy loading: members that it tells, by room. */
  readonly members: MembersByRoom
  readonly text: string
}

/** A finished answer with another token, for a wait that ended without news. */
export const withToken = (answer: Answer, token: string): Answer => ({
  ...answer,
  token,
  text: answer.text.replace(`"next_batch":"${answer.token}"`, () => `"next_batch":"${token}"`),
})

export async function readAnswer(parts: ReadingParts, request: ReadRequest): Promise<Answer> {
  const { asking, since } = request
  const looked = await look(parts, request)
  const { window, mine, news } = looked
  const typing = parts.sources.ephemeral?.typing.serial ?? 0
  const wishes = news
    ? await newWishes(parts.rooms, asking, window, { news, mine })
    : await firstWishes(parts.rooms, asking, window.upTo, joinedRooms(asking, mine))
  // Where the news say that there is nothing, nothing is asked: most answers tell one message to many.
  const isFirst = news === undefined || asking.fullState
  const comesOrGoes = isFirst || news.memberships.length > 0
  const left = comesOrGoes ? await leftRooms(parts, asking, looked) : []
  const invitations = comesOrGoes ? await invitedRooms(parts, asking, looked) : undefined
  const accountData = await accountDataOf(parts, asking, looked, wishes)
  const moved = news?.deviceLists ? await movedPeople(parts, asking, wishes, left) : nobody
  const join = await joinSection(parts, request, looked, { wishes, accountData: accountData.byRoom })
  const leave = left.length > 0 ? await leaveSection(parts, request, left, accountData.byRoom) : noSection
  const seesPresence = isFirst || news.presence || moved.joined.size > 0
  const presence = seesPresence ? await presenceSection(parts, asking, looked, moved) : ''
  const device = await deviceSection(parts, request, looked, moved)
  const token = tokenOfSince({ position: window.upTo, typing, toDevice: device.upTo })
  const roomsMember = joinedTexts([
    mapMember('join', join.texts),
    invitations ? mapMember('invite', invitations.invite) : '',
    invitations ? mapMember('knock', invitations.knock) : '',
    mapMember('leave', leave.texts),
  ])
  const told = joinedTexts([
    roomsMember === '' ? '' : `"rooms":{${roomsMember}}`,
    accountData.global.length === 0 ? '' : eventsMember('account_data', joinedTexts(accountData.global)),
    presence,
    device.messages,
    device.lists,
  ])
  return {
    isEmpty: since !== undefined && told === '',
    upTo: window.upTo,
    token,
    members: leave.members.size > 0 ? new Map([...join.members, ...leave.members]) : join.members,
    text: objectOf([`"next_batch":"${token}"`, told, device.counts]),
  }
}

interface Look {
  readonly window: Window
  readonly mine: RoomsOfUser
  /** Undefined: the client asks for the first time. */
  readonly news: News | undefined
}

/** The window, and the user's rooms as they are at its end. */
async function look({ users, stream }: ReadingParts, { user, since, after }: ReadRequest): Promise<Look> {
  for (;;) {
    const mine = await users.roomsOf(user)
    const window = { after: Math.min(after, stream.head), upTo: stream.head }
    if (user.rooms !== mine) continue
    if (!since) return { window, mine, news: undefined }
    const facts = stream.since(window.after)
    if (facts) return { window, mine, news: newsFromFacts(facts, window, user.userId, mine) }
    // Too far back for memory: the positions of the rooms tell where something happened.
    const fresh = await users.freshRoomsOf(user)
    const upTo = stream.head
    if (user.rooms !== fresh) continue
    return { window: { ...window, upTo }, mine: fresh, news: newsFromRooms({ ...window, upTo }, fresh.values()) }
  }
}

interface JoinParts {
  readonly wishes: readonly RoomWish[]
  readonly accountData: TextsByRoom
}

interface Section {
  readonly texts: ReadonlyMap<string, string>
  readonly members: MembersByRoom
}

const noSection: Section = { texts: new Map(), members: new Map() }

async function joinSection(
  parts: ReadingParts,
  { asking, since, told }: ReadRequest,
  looked: Look,
  { wishes, accountData }: JoinParts,
): Promise<Section> {
  const { rooms, states, sources } = parts
  const { window, mine, news } = looked
  const ephemeral = await ephemeralTexts(parts, asking, since, looked, wishes)
  const withEvents = new Set(wishes.map(({ ref }) => ref.roomId))
  const beside = new Set([...ephemeral.keys(), ...accountData.keys(), ...(news?.counts ?? [])])
  const quiet = [...beside].flatMap((roomId) => {
    const room = withEvents.has(roomId) ? undefined : joinedRoom(asking, mine, roomId)
    return room ? quietWish(room, window) : []
  })
  const all = quiet.length > 0 ? [...wishes, ...quiet] : wishes
  if (all.length === 0) return noSection
  const sections = await roomSections({ rooms, states, told }, asking, all)
  const tells = all.filter(({ ref, whole }) => {
    return whole || beside.has(ref.roomId) || sections.get(ref.roomId)?.isEmpty === false
  })
  const ids = tells.map(({ ref }) => ref.roomId)
  const unread = await sources.push?.unreadCounts(asking.userId, ids, window.upTo)
  const { unreadThreadNotifications } = asking.filter.room.timeline
  const texts = new Map<string, string>()
  for (const roomId of ids) {
    const counts = unread?.get(roomId)
    texts.set(
      roomId,
      objectOf([
        sections.get(roomId)?.text ?? '',
        eventsMember('ephemeral', (ephemeral.get(roomId) ?? []).join()),
        eventsMember('account_data', (accountData.get(roomId) ?? []).join()),
        counts ? unreadMembers(counts, unreadThreadNotifications) : '',
      ]),
    )
  }
  return { texts, members: membersOf(tells, sections) }
}

function membersOf(wishes: readonly RoomWish[], sections: ReadonlyMap<RoomId, RoomSection>): MembersByRoom {
  const members = new Map<number, ReadonlyMap<UserId, number>>()
  for (const { ref } of wishes) {
    const told = sections.get(ref.roomId)?.members
    if (told && told.size > 0) members.set(ref.roomNid, told)
  }
  return members
}

async function ephemeralTexts(
  { sources }: ReadingParts,
  asking: Asking,
  since: SincePoint | undefined,
  { window, mine, news }: Look,
  wishes: readonly RoomWish[],
): Promise<TextsByRoom> {
  const texts: TextsByRoom = new Map()
  const { ephemeral } = sources
  if (!ephemeral) return texts
  const whole = new Set(wishes.flatMap((wish) => (wish.whole && !asking.fullState ? wish.ref.roomId : [])))
  const typed = since && ephemeral.typing.changedSince(since.typing)
  const all = news?.receipts && typed ? [] : joinedRooms(asking, mine).map(({ roomId }) => roomId)
  const isToldAnew = (roomId: RoomId) => !whole.has(roomId) && joinedRoom(asking, mine, roomId) !== undefined
  const changed = [...(news?.receipts ?? all)].filter(isToldAnew)
  if (changed.length > 0 || whole.size > 0) {
    await addReceipts(texts, asking, window, ephemeral, { changed, whole: [...whole] })
  }
  if (typed) {
    addTyping(texts, asking, ephemeral, [...typed].filter(isToldAnew), false)
    addTyping(texts, asking, ephemeral, whole, true)
  } else addTyping(texts, asking, ephemeral, all, true)
  return texts
}

async function leftRooms(
  { rooms }: ReadingParts,
  asking: Asking,
  { window: { after }, mine, news }: Look,
): Promise<LeftRoom[]> {
  const { includesRoom, includeLeave } = asking.filter.room
  const isLeft = ({ membership, forgotten, roomId }: UserRoom) =>
    (membership === 'leave' || membership === 'ban') && !forgotten && includesRoom(roomId)
  const changed = new Set(news?.memberships.filter(isLeft))
  const archived = includeLeave && (!news || asking.fullState) ? [...mine.values()].filter(isLeft) : []
  const all = new Set([...changed, ...archived])
  const left = await Promise.all(
    [...all].map((room) => leftRoom(rooms, asking, changed.has(room) ? after : undefined, room)),
  )
  return left.filter((room) => room !== undefined)
}

async function leaveSection(
  { rooms, states }: ReadingParts,
  { asking, told }: ReadRequest,
  left: readonly LeftRoom[],
  accountData: TextsByRoom,
): Promise<Section> {
  const texts = new Map<string, string>()
  const wishes = left.flatMap((room) => (room.kind === 'history' ? room.wish : []))
  const sections = await roomSections({ rooms, states, told }, asking, wishes)
  for (const each of left) {
    const { roomId } = each.room
    const text = each.kind === 'history' ? (sections.get(roomId)?.text ?? '') : await ownEventText(rooms, asking, each)
    texts.set(roomId, objectOf([text, eventsMember('account_data', (accountData.get(roomId) ?? []).join())]))
  }
  return { texts, members: membersOf(wishes, sections) }
}

/** Their own membership event is for everybody to see, also where the room's history is not. */
async function ownEventText(
  rooms: Rooms,
  asking: Asking,
  { known, prevBatch }: LeftRoom & { kind: 'own' },
): Promise<string> {
  const shown = await rooms.show([known], readerOf(asking), { ...showOptionsOf(asking), visible: true })
  const events = shown.map(({ json }) => pickedText(asking, json))
  return [timelineMember(events, false, prevBatch), stateMembers(asking.stateAfterNames, '')].join()
}

async function invitedRooms(
  { rooms, sources }: ReadingParts,
  asking: Asking,
  { mine, news }: Look,
): Promise<{ readonly invite: ReadonlyMap<string, string>; readonly knock: ReadonlyMap<string, string> }> {
  const invite = new Map<string, string>()
  const knock = new Map<string, string>()
  const candidates = news && !asking.fullState ? news.memberships : [...mine.values()]
  const asked = candidates.filter(
    ({ membership, roomId }) =>
      (membership === 'invite' || membership === 'knock') && asking.filter.room.includesRoom(roomId),
  )
  if (asked.length === 0) return { invite, knock }
  const blocked = await blocksInvites(sources.accounts, asking)
  await Promise.all(
    asked.map(async (room) => {
      if (blocked && room.membership === 'invite') return
      const text = await invitationText(rooms, asking, room)
      if (text !== undefined) (room.membership === 'invite' ? invite : knock).set(room.roomId, text)
    }),
  )
  return { invite, knock }
}

/** What changed; all of it at the first time, and of rooms that are new to the client. */
async function accountDataOf(
  { sources: { accounts, push } }: ReadingParts,
  asking: Asking,
  { window: { after, upTo }, news }: Look,
  wishes: readonly RoomWish[],
): Promise<{ readonly global: readonly string[]; readonly byRoom: TextsByRoom }> {
  const { userId } = asking
  const newRooms = new Set(wishes.flatMap((wish) => (wish.whole && !asking.fullState ? wish.ref.roomId : [])))
  if (news && !news.accountData && newRooms.size === 0) return { global: [], byRoom: new Map() }
  const from = news ? after : 0
  const all = !news || newRooms.size > 0
  const [entries, rules] = await Promise.all([
    all ? accounts.allAccountData(userId, upTo) : accounts.accountDataSince(userId, from, upTo),
    push?.rules.accountData(userId, from, upTo),
  ])
  const told = entries.filter(
    ({ position, roomId }) => !news || position > from || (roomId !== undefined && newRooms.has(roomId)),
  )
  const withRules =
    rules === undefined
      ? told
      : [...told.filter(({ type, roomId }) => type !== 'm.push_rules' || roomId !== undefined), pushRules(rules)]
  return accountDataTexts(asking, withRules)
}

const pushRules = (content: string) => ({ roomId: undefined, type: 'm.push_rules', content })

const nobody: PeopleMoved = { joined: new Set(), left: new Set() }

async function movedPeople(
  { rooms, sources }: ReadingParts,
  { userId }: Asking,
  wishes: readonly RoomWish[],
  left: readonly LeftRoom[],
): Promise<PeopleMoved> {
  if (!(sources.encryption ?? sources.ephemeral)) return nobody
  const leftWishes = left.flatMap((room) => (room.kind === 'history' ? room.wish : []))
  return peopleMoved(rooms, userId, wishes, leftWishes)
}

async function presenceSection(
  { sources }: ReadingParts,
  asking: Asking,
  { window: { after, upTo }, news }: Look,
  moved: PeopleMoved,
): Promise<string> {
  const presence = sources.ephemeral?.presence
  if (!presence) return ''
  const [changed, met] = await Promise.all([
    !news || news.presence ? presence.visibleTo(asking.userId, news ? after : 0, upTo) : [],
    presence.ofUsers([...moved.joined]),
  ])
  const states = new Map([...met, ...changed].map((state) => [state.userId, state]))
  const events = [...states.values()]
    .filter(({ userId }) => asking.filter.presence.matches({ type: 'm.presence', sender: userId }))
    .filter(({ userId }) => !asking.ignored.has(userId))
    .map((state) => JSON.stringify({ type: 'm.presence', sender: state.userId, content: presence.contentOf(state) }))
  return events.length === 0 ? '' : eventsMember('presence', events.join())
}

interface DeviceTexts {
  readonly messages: string
  readonly upTo: Position | undefined
  readonly lists: string
  readonly counts: string
}

async function deviceSection(
  { devices }: ReadingParts,
  { asking, since }: ReadRequest,
  { window, news }: Look,
  moved: PeopleMoved,
): Promise<DeviceTexts> {
  if (!devices) return { messages: '', upTo: undefined, lists: '', counts: '' }
  const isWaiting = !news || news.toDevice || since?.toDevice !== undefined
  const messages = isWaiting ? await devices.messages(asking, since, window) : { text: '', upTo: undefined }
  const lists = news?.deviceLists ? await devices.lists(asking, window, moved) : ''
  const counts = await devices.keyCounts(asking)
  return { messages: messages.text, upTo: messages.upTo, lists, counts }
}
