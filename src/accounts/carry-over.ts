// What a user has arranged for a room, taken along to the room that replaces it: its tags, and that it is a conversation with somebody.
// spec: client-server-api/modules/room_upgrades.md #server-behaviour; modules/tags, modules/direct_messaging

import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import type { AccountData } from './account-data.ts'

/** What the user has arranged for the new room already stays. Repeatable. */
export async function carryOver(data: AccountData, userId: UserId, from: RoomId, to: RoomId): Promise<void> {
  const tags = await data.get({ userId, roomId: from, type: 'm.tag' })
  if (tags && !(await data.get({ userId, roomId: to, type: 'm.tag' }))) {
    await data.set({ userId, roomId: to, type: 'm.tag' }, contentOf(tags))
  }
  const direct = await data.get({ userId, type: 'm.direct' })
  if (!direct) return
  const before = contentOf(direct)
  const after = withRoomBeside(before, from, to)
  if (after !== before) await data.set({ userId, type: 'm.direct' }, after)
}

const contentOf = ({ content }: { readonly content: string }): JsonObject => JSON.parse(content) // our own text

/** `m.direct`: lists of rooms by person. */
function withRoomBeside(direct: JsonObject, from: RoomId, to: RoomId): JsonObject {
  const hasNews = (rooms: Json | undefined): rooms is Json[] =>
    Array.isArray(rooms) && rooms.includes(from) && !rooms.includes(to)
  if (!Object.values(direct).some(hasNews)) return direct
  return Object.fromEntries(
    Object.entries(direct).map(([person, rooms]) => [person, hasNews(rooms) ? [...rooms, to] : rooms]),
  ) as JsonObject
}
