// The section of rooms that were left, and which they are.
// spec: client-server-api, GET /_matrix/client/v3/sync (rooms.leave); #filtering (include_leave)

import type { Rooms, UserRoom } from '#rooms/rooms.ts'
import { type Asking, pickedText, readerOf, showOptionsOf } from './asking.ts'
import type { TextsByRoom } from './beside-events.ts'
import { type LeftRoom, leftRoom } from './left-rooms.ts'
import { type Look, membersOf, type ReadingParts, type ReadRequest, type Section } from './reading.ts'
import { roomSections } from './room-sections.ts'
import { eventsMember, objectOf, stateMembers, timelineMember } from './room-texts.ts'

export async function leftRooms(
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

export async function leaveSection(
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
