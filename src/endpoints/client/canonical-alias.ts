// Aliases that a room's canonical alias event lists: those that are new must be aliases, and lead to the room.
// spec: client-server-api, PUT /rooms/{roomId}/state/{eventType}/{stateKey} (M_BAD_ALIAS); #mroomcanonical_alias

import { badAlias, invalidParam } from '#protocol/errors/errors.ts'
import { parseRoomAlias, type RoomId } from '#protocol/identifiers/identifiers.ts'
import { arrayAt, type Json, type JsonObject, member } from '#protocol/json/json.ts'
import type { Rooms } from '#rooms/rooms.ts'

/** New aliases looked up for one event: each may ask another server. */
const MOST_NEW = 20

export async function refuseBadAliases(
  rooms: Rooms,
  { roomId, content }: { readonly roomId: RoomId; readonly content: JsonObject },
  signal: AbortSignal,
): Promise<void> {
  const key = { type: 'm.room.canonical_alias', stateKey: '' }
  const before = (await rooms.currentState(roomId, [key]))?.get(key.type, key.stateKey)
  const known = new Set(before === undefined ? [] : aliasesIn(before.content))
  const added = aliasesIn(content).filter((alias) => !known.has(alias))
  if (added.length > MOST_NEW) throw invalidParam(`At most ${MOST_NEW} aliases can be added at once.`)
  for (const text of added) {
    const alias = typeof text === 'string' ? parseRoomAlias(text) : undefined
    if (alias === undefined) throw invalidParam('The event lists something that is no room alias. Correct it.')
    const target = await rooms.aliases.find(alias, signal)
    if (target?.roomId !== roomId)
      throw badAlias(`The alias ${alias} does not lead to this room. Add it to the room first.`)
  }
}

function aliasesIn(content: JsonObject): Json[] {
  const alias = member(content, 'alias')
  const main = alias === undefined || alias === null || alias === '' ? [] : [alias]
  return [...main, ...(arrayAt(content, 'alt_aliases') ?? [])]
}
