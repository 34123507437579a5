// One reading: everything about a user in a window, as the text of an answer.
// spec: client-server-api, GET /_matrix/client/v3/sync

import type { Position } from '#platform/stream/stream.ts'
import type { Asking } from './asking.ts'
import { invitedRooms } from './invitations.ts'
import { joinSection } from './join-section.ts'
import { firstWishes, joinedRooms, newWishes } from './joined-rooms.ts'
import { leaveSection, leftRooms } from './leave-section.ts'
import type { LeftRoom } from './left-rooms.ts'
import { newsFromFacts, newsFromRooms } from './news.ts'
import { type Look, noSection, type ReadingParts, type ReadRequest } from './reading.ts'
import type { RoomWish } from './room-sections.ts'
import { eventsMember, joinedTexts, mapMember, objectOf } from './room-texts.ts'
import { type PeopleMoved, peopleMoved } from './shared-rooms.ts'
import { tokenOfSince } from './since-token.ts'
import type { MembersByRoom } from './told-members.ts'
import { accountDataOf, presenceSection } from './user-sections.ts'

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
