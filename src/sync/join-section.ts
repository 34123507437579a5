// The section of joined rooms: their events, and what is beside them.
// spec: client-server-api, GET /_matrix/client/v3/sync (rooms.join)

import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Asking } from './asking.ts'
import { addReceipts, addTyping, type TextsByRoom } from './beside-events.ts'
import { joinedRoom, joinedRooms, quietWish } from './joined-rooms.ts'
import { type Look, membersOf, noSection, type ReadingParts, type ReadRequest, type Section } from './reading.ts'
import { type RoomWish, roomSections } from './room-sections.ts'
import { eventsMember, objectOf, unreadMembers } from './room-texts.ts'
import type { SincePoint } from './since-token.ts'

interface JoinParts {
  readonly wishes: readonly RoomWish[]
  readonly accountData: TextsByRoom
}

export async function joinSection(
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
